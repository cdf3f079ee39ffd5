"""Types that were made for one use."""
