package inventory

import (
	"context"
	"errors"
	"io/fs"
)

// Target is one machine to take the inventory of: a file system and what is
// known of the host. Package inventory/host opens targets.
//
// A Target is safe for concurrent use by several backends.
type Target struct {
	// FS is the machine's root directory. Paths are slash paths without a
	// leading slash, as io/fs requires. It must resolve symbolic links inside
	// the root; the file systems of package host do. Backends read everything
	// through it and never touch the scanning machine in another way.
	FS fs.FS
	// Host is what is known of the machine.
	Host Host
	// Problems are what opening the target could not see (an os-release that
	// does not parse, say). Gathering carries them to the coverage.
	Problems []Problem
	// Closer releases what FS holds; nil where there is nothing to release.
	Closer func() error
}

// Close releases what the target holds. The target must not be used after.
// Closing a nil or file-less target does nothing.
func (t *Target) Close() error {
	if t == nil || t.Closer == nil {
		return nil
	}
	return t.Closer()
}

// Backend reads one kind of package database. Implementations are safe for
// concurrent use, keep no state between calls, run nothing, write nothing and
// read nothing but the target's file system.
type Backend interface {
	// Name is the backend's name, unique, constant and lower case: the name of
	// its package ("dpkg").
	Name() string
	// Collect reads the target. The Result is valid also with an error: what
	// was read before the failure. Errors are ErrAbsent and ErrUnsupported
	// (perhaps wrapped), the context's error, or a failure; whatever could be
	// read around is not an error but a Problem.
	Collect(ctx context.Context, t *Target) (Result, error)
}

// Result is what one backend saw.
type Result struct {
	Packages []Package
	Updates  []Update
	// Problems are parts of the database that could not be read. Any problem
	// makes the backend's coverage partial.
	Problems []Problem
	// Notes are facts about what was left out on purpose, that a reader of the
	// coverage should know ("2 gpg-pubkey records are keys, not packages").
	// They do not make the coverage partial.
	Notes []string
}

// ErrAbsent says that the database a backend reads is not on this target.
// That is neither a failure nor "nothing installed".
var ErrAbsent = errors.New("not present on this target")

// ErrUnsupported says that the database is there, in a form that the backend
// cannot read. Coverage shows the part as unsupported, with the reason.
var ErrUnsupported = errors.New("unsupported form")
