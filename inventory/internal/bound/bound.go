// Package bound keeps what a backend collects within limits, however much a
// hostile database has to tell.
package bound

import (
	"errors"
	"fmt"

	"github.com/keeppatched/keeppatched/inventory"
)

// MaxProblems is how many problems a [Problems] lists.
const MaxProblems = 1000

// Problems is a list of problems that counts those beyond [MaxProblems]
// instead of listing them. Its zero value is empty and ready. It is not safe
// for concurrent use.
type Problems struct {
	list []inventory.Problem
	more int
}

// Add appends a problem.
func (p *Problems) Add(problem inventory.Problem) {
	if len(p.list) == MaxProblems {
		p.more++
		return
	}
	p.list = append(p.list, problem)
}

// Atf appends a problem of one line of a file, counted from 1, and of a package
// where that is known. The arguments are those of fmt.Errorf. Nothing is
// formatted of a problem that is only counted, so that a file of nothing but
// problems is read fast.
func (p *Problems) Atf(path string, line int, pkg, format string, args ...any) {
	if len(p.list) == MaxProblems {
		p.more++
		return
	}
	p.list = append(p.list, inventory.Problem{
		Path: path, Record: fmt.Sprintf("line %d", line), Package: pkg, Err: fmt.Errorf(format, args...),
	})
}

// List gives the problems in the order they were added, nil where there are
// none. Where some were not listed, the last problem says how many.
func (p *Problems) List() []inventory.Problem {
	if p.more == 0 {
		return p.list
	}
	rest := inventory.Problem{Err: fmt.Errorf("%d more problems are not listed", p.more)}
	return append(p.list[:len(p.list):len(p.list)], rest)
}

// MaxMemory is how much a [Memory] gives, in bytes: some 250,000 packages, three
// times as many as a distribution has.
const MaxMemory = 256 << 20

// ErrTooMuch says that a database holds more than [MaxMemory] bytes.
var ErrTooMuch = errors.New("more packages than a machine can have: the rest is not read")

// Memory counts the bytes that a database's packages take. Its zero value is
// ready. It is not safe for concurrent use.
type Memory struct{ used int }

// Take counts one more package with n bytes of text. It gives ErrTooMuch once
// they are too many.
func (m *Memory) Take(n int) error {
	const fixed = 1000 // the package, once more as a result, and what finds it
	m.used += fixed + n
	if m.used > MaxMemory {
		return ErrTooMuch
	}
	return nil
}
