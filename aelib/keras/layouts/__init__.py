"""The weights of a layer in a layout of neither framework: one file for each kind of layer."""
