package osvdb

import "errors"

var (
	// ErrNotDatabase says that a file is something else: it does not begin as
	// a database does.
	ErrNotDatabase = errors.New("not an advisory database")
	// ErrFormat says that a database is of another format version than this
	// code reads. Building it again from the same export mends that.
	ErrFormat = errors.New("advisory database of another format version")
	// ErrCorrupt says that a database is cut short or damaged. What was read
	// before is right: every block is checked before it is used.
	ErrCorrupt = errors.New("corrupt advisory database")
	// ErrEmpty says that a source of records held none.
	ErrEmpty = errors.New("no advisory in the source")
	// ErrLimit says that a source is larger than anything an export can be.
	ErrLimit = errors.New("beyond the limit")
)
