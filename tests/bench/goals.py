"""What was wanted, what was measured, and whether that is enough."""


class Goals:
    def __init__(self):
        self.missed = 0
        print(f"\n{'goal':58}{'measured':>10}  {'wanted':>12}")

    def add(self, name, value, least=None, most=None, digits=2):
        """Reached from least on, or up to most."""
        is_reached = value >= least if most is None else value <= most
        self.missed += not is_reached
        wanted = f"{'>=' if most is None else '<='} " \
            f"{least if most is None else most}"
        print(f"{name:58}{value:>10.{digits}f}  {wanted:>12}  "
              f"{'reached' if is_reached else 'MISSED'}", flush=True)

    def tell(self):
        print(f"\n{self.missed} goals missed." if self.missed
              else "\nEvery goal is reached.")
