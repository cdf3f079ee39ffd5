"""What sits on a module of this package itself: weights and buffers by their names."""

from aelib.layouts import Layouts
from aelib.torch.layouts.views import layout_by_views
from aelib.torch.noise import Noisy
from aelib.torch.structure import own_weights

LAYOUTS: Layouts = {Noisy: layout_by_views("own", own_weights)}
