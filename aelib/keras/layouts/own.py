"""What sits on a layer of this package itself: weights and buffers by their names."""

from aelib.keras.layouts.views import layout_by_views
from aelib.keras.noise import Noisy
from aelib.keras.structure import own_weights
from aelib.layouts import Layouts

LAYOUTS: Layouts = {Noisy: layout_by_views("own", own_weights)}
