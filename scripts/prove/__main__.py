"""The proofs: each a zero with what it was counted over.

Usage: python -m scripts.prove [--quick] [--seed N] [--only storm|need-to-know]
"""

import argparse
import sys
import time

from scripts.prove import need_to_know, storm


def main() -> int:
    """Run the proofs and print them; 1 where one is not zero."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--quick", action="store_true", help="a short storm and a short walk")
    asked.add_argument("--seed", type=int, default=int(time.time()), help="repeat a storm's choices")
    asked.add_argument("--only", choices=("storm", "need-to-know"), help="one of them")
    options = asked.parse_args()
    failed = 0
    if options.only != "storm":
        failed |= need_to_know.prove(quick=options.quick)
    if options.only != "need-to-know":
        failed |= storm.prove(quick=options.quick, seed=options.seed)
    return failed


if __name__ == "__main__":
    sys.exit(main())
