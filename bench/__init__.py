"""What things cost, measured side by side in one run: `python -m bench [stack] [intake]`.

Machines differ and are shared: an absolute time says little, a ratio within one run more.
"""
