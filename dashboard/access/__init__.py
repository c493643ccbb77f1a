"""Who may do what on a server that several people use.

`settings` is what the owner wrote down, `book` what is remembered of sessions, links and the audit,
`gate` finds out who asks, `rules` says what each route needs, `door` is the one middleware that
every request and the websocket pass, `signin` has the pages for coming and going, `asking` tells
the store and the pages who asks. A server for one person on loopback has the door and no gate.
"""
