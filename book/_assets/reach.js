// When the window changes, the theme makes code that scrolls a stop of the tab key. What a tab or a
// fold has just shown changes no window, and would be left out.
for (const reveals of ["click", "toggle"])
  document.addEventListener(reveals, () => window.dispatchEvent(new Event("resize")), true);
