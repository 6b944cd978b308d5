package rpm

import (
	"errors"
	"fmt"

	"github.com/keeppatched/keeppatched/inventory"
)

// Limits of one database, far beyond real machines: what a hostile one can make
// the inventory hold stays below 100 MiB.
const (
	maxRecords  = 250_000
	maxText     = 1 << 10  // bytes of one text
	maxTexts    = 64 << 20 // bytes of all texts
	maxProblems = 1_000
)

// errLimit says that a database exceeds a limit and is not read further.
var errLimit = errors.New("limit exceeded")

// collector gathers the result of one Collect.
type collector struct {
	result inventory.Result
	path   string            // of the database that is read
	texts  map[string]string // texts that many packages share, each once
	size   int               // bytes of all texts
	keys   int               // gpg-pubkey records
	bad    int               // problems, listed or not
}

func (c *collector) note(format string, args ...any) {
	c.result.Notes = append(c.result.Notes, fmt.Sprintf(format, args...))
}

// problem takes down a problem. Err may be an inventory.Problem that names the
// package.
func (c *collector) problem(path, record string, err error) {
	c.bad++
	if len(c.result.Problems) >= maxProblems {
		return
	}
	p := inventory.Problem{Path: path, Record: record, Err: err}
	if named, ok := err.(inventory.Problem); ok { //nolint:errorlint // one inside another error is part of its text
		p.Package, p.Err = named.Package, named.Err
	}
	c.result.Problems = append(c.result.Problems, p)
}

// finish adds what is only known at the end.
func (c *collector) finish(path string) inventory.Result {
	if c.keys > 0 {
		c.note("%d gpg-pubkey records are keys, not packages", c.keys)
	}
	if len(c.result.Packages) > 0 {
		c.note("updates that dnf, yum or zypper have on offer are not read")
	}
	if more := c.bad - len(c.result.Problems); more > 0 {
		c.result.Problems = append(c.result.Problems, inventory.Problem{
			Path: path, Err: fmt.Errorf("%d more problems are not listed", more),
		})
	}
	return c.result
}
