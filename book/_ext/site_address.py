"""Add what only a published site can have: a sitemap, canonical addresses and link previews.

They need the site's address, which comes from ``AELIB_SITE``; a local build has none of them.
"""

import os

from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict:
    address = os.environ.get("AELIB_SITE", "").strip().rstrip("/")
    if address:
        app.config.html_baseurl = f"{address}/"
        app.config.sitemap_url_scheme = "{link}"
        app.config.ogp_site_url = f"{address}/"
        # The generated preview cards would add matplotlib work and one image a page.
        app.config.ogp_social_cards = {"enable": False}
        app.setup_extension("sphinx_sitemap")
        app.setup_extension("sphinxext.opengraph")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
