class Refused(ValueError):
    """It cannot be done; the text says why and what to do. Nothing was changed."""
