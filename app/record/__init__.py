"""The record: the whole lot as one document, printed, sealed, and proven without a database.

`render` prints, `keys` holds the site's sealing key, `seal` signs the print, and `proof` tells
from the file alone what still holds. `revisions` and `seal_words` are what `proof` reads with.
"""
