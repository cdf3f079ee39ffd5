"""Make the signatures of the API page say what the source says.

autodoc writes NumPy's type aliases out in full, five lines each, and reads the signature of a
Keras class from ``keras.Layer.__new__``, which takes anything.
"""

import re

from numpy.typing import ArrayLike
from sphinx.application import Sphinx
from sphinx.util.inspect import signature, stringify_signature
from sphinx.util.typing import stringify_annotation

ARRAY_LIKE = stringify_annotation(ArrayLike, "smart")
PATH = r"~?(?:\w+\.)*"  # the module that a name is written with
NDARRAY = re.compile(
    rf"{PATH}ndarray\[tuple\[{PATH}Any, \.\.\.\], {PATH}dtype\[{PATH}(\w+)\]\]"
)


def shorten(text: str) -> str:
    """Return a signature with NumPy's aliases in place of what they stand for."""
    text = NDARRAY.sub(r"NDArray[\1]", text.replace(ARRAY_LIKE, "ArrayLike"))
    return text.replace("NDArray[_ScalarT]", "NDArray")


def rewrite(app: Sphinx, *event) -> tuple[str, str | None]:
    """Return the readable arguments and return type of one documented object."""
    what, _, obj, _, arguments, returns = event
    if what == "class" and arguments == "(*args, **kwargs)":
        own = signature(obj.__init__, bound_method=True)
        arguments = stringify_signature(own, unqualified_typehints=True)
    return shorten(arguments or ""), shorten(returns or "") or None


def setup(app: Sphinx) -> dict:
    app.connect("autodoc-process-signature", rewrite)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
