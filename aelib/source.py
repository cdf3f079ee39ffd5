"""Print the library's own code on the page, so that text and library cannot drift apart."""

import inspect
import textwrap

from IPython.display import Markdown, display


def show(obj: object) -> None:
    """Display the source of a function, method or class as highlighted Markdown.

    Raises `TypeError` for an object without Python source, for example a number or a built-in.
    """
    target = inspect.unwrap(obj) if callable(obj) else obj
    if isinstance(target, property):
        target = target.fget
    try:
        source = inspect.getsource(target)  # type: ignore[arg-type]
    except TypeError as error:
        raise TypeError(
            f"show needs a function, method, class or module, got {type(obj).__name__}"
        ) from error
    display(Markdown(f"```python\n{textwrap.dedent(source).rstrip()}\n```"))
