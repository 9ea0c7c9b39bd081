"""When and how much a campaign may send: windows, repeats, its own limits. Pure."""
