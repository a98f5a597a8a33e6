"""Everything that `make run` starts, in one plain process: no Django in here, for it costs memory.

`python -m hub.supervisor run`, `stop` or `reset`, for the instance that HUB_HOME names.
"""
