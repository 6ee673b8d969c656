"""Programs built with Go; go.sum says what each module must hash to."""

from tests.lab.clients.call import call, is_current, mark_current
from tests.lab.clients.listed import Go
from tests.lab.layout import Family


def build(family: Family, wanted: Go) -> str:
    """Build one program of the family."""
    folder = family.sources / wanted.folder
    # A folder a program: the mark of one must not speak for the other.
    mark = family.programs / f".{wanted.program}"
    pins = (folder / "go.mod", folder / "go.sum", *sorted(folder.glob("*.go")))
    program = family.programs / wanted.program
    if program.exists() and is_current(mark, *pins):
        return "ready"
    mark.mkdir(parents=True, exist_ok=True)
    how = ("-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags=-s -w")
    call("go", "build", "-C", folder, *how, "-o", program, wanted.package)
    mark_current(mark, *pins)
    return "new"
