"""Which outcomes each fault may have at each step. A dot: it cannot happen there."""

STEPS = {
    "S1": "a click is committed",
    "S2": "the nudge is published",
    "S3": "queued -> submitting",
    "S4": "the paid request is sent",
    "S5": "Runflow's id is recorded",
    "S6": "a callback comes",
    "S7": "the run is read and the result downloaded",
    "S8": "the result is decoded",
    "S9": "the source is looked at again",
    "S10": "the result is stored",
    "S11": "the field is pointed at the result",
    "S12": "the swap is made sure of",
    "S13": "the original is put back",
    "S14": "a run is found by the sweep",
    "S15": "files are pruned",
    "S16": "a click on Restore is committed",
}
FAULTS = {
    "a": "the process dies before the effect",
    "b": "the process dies after the effect, before it is recorded",
    "c": "it happens twice",
    "d": "it comes late, or in another order",
    "e": "no answer in time",
    "f": "refused (4xx)",
    "g": "no credit (402)",
    "h": "too many requests (429)",
    "i": "server error (5xx)",
    "j": "a link has expired",
    "k": "the content is bad",
    "l": "a private address or a redirect",
    "m": "the storage fails",
    "n": "the database fails",
    "o": "somebody changes the image",
    "p": "somebody deletes the image",
    "q": "another worker or transaction is at it",
    "r": "the worker's clock is wrong",
    "s": "the broker is down or was emptied",
}
OUTCOMES = {
    "N": "nothing was kept or charged; a second click does it",
    "R": "taken again, the end is the same as without the fault",
    "I": "nothing changes by it",
    "Q": "Runflow is asked; nothing is sent a second time",
    "F": "failed, with the reason; the product keeps its image",
    "C": "superseded: the newer image stays, the result is kept aside",
    "O": "superseded: the image is gone and stays so",
    "H": "held: a person decides, and Resume goes on",
    "S": "finished by the sweep",
}
ROWS = """
    a  b  c  d  e    f    g  h  i  j    k    l  m    n  o  p  q  r  s
S1  N  S  I  .  N/S  .    .  .  .  .    .    .  F    N  R  I  I  R  S
S2  S  I  I  I  S    .    .  .  .  .    .    .  .    N  .  .  .  .  S
S3  R  Q  I  I  .    .    .  .  .  .    .    .  F    R  F  O  I  R  S
S4  Q  Q  I  .  Q    F    H  R  Q  F    .    F  F    Q  .  .  I  R  .
S5  Q  R  I  I  .    .    .  .  .  .    .    .  .    Q  .  .  I  .  .
S6  S  I  I  I  S    I    .  .  S  .    I    .  .    S  .  I  I  R  S
S7  R  R  I  I  R    R/H  R  R  R  Q/R  H    H  R    R  .  .  I  R  S
S8  R  R  I  .  F    .    .  .  .  .    H    .  R    R  .  .  I  .  .
S9  R  R  I  .  R    .    .  .  .  .    .    .  R/H  R  C  O  I  .  .
S10 R  R  I  .  R    .    .  .  .  .    .    .  R/H  R  .  O  I  .  .
S11 R  I  I  I  R    .    .  .  .  .    .    .  .    R  C  O  R  .  .
S12 R  R  I  .  R    .    .  .  .  .    .    .  R    R  .  I  I  .  S
S13 R  R  I  .  R    .    .  .  .  .    H    .  R/H  R  C  O  I/R R S
S14 R  R  I  I  R    H    H  R  R  .    .    .  R    R  .  O  I  R  R
S15 R  R  I  .  R    .    .  .  .  .    .    .  R    R  I  R  I  I  .
S16 N  S  I  .  .    .    .  .  .  .    .    .  I    N  R  O  .  .  S
"""


def required() -> dict[tuple[str, str], frozenset[str]]:
    """The permitted outcomes by step and fault, for each cell that is not a dot."""
    header, *rows = (line.split() for line in ROWS.strip().splitlines())
    return {
        (step, fault): frozenset(cell.split("/"))
        for step, *cells in rows
        for fault, cell in zip(header, cells, strict=True)
        if cell != "."
    }
