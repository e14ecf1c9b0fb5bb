"""The record: the whole lot as one document, printed, sealed, and proven without a database.

`render` prints and `archival` makes the print last; `keys` holds the site's sealing key and
`seal` signs with it. `proof` tells from the file alone what still holds, reading its outside
(`revisions`), the signature in it (`signature`) and what travels inside (`contents`).
"""
