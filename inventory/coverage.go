package inventory

import (
	"encoding/json"
	"strings"
)

// Status is how well one part was covered.
type Status string

// The values of Status.
const (
	StatusOK          Status = "ok"          // all of it was seen
	StatusAbsent      Status = "absent"      // it is not on this machine
	StatusPartial     Status = "partial"     // some of it could not be seen
	StatusFailed      Status = "failed"      // none of it could be seen
	StatusUnsupported Status = "unsupported" // it is there, in a form nobody here reads
)

// Coverage says what one part of a scan could see. Everything that is not
// "ok" or "absent" is a gap: nothing may be concluded from what is missing.
type Coverage struct {
	// Part is what kind of part it is: "host", "backend", "source", "ecosystem".
	Part string `json:"part"`
	// Name is the part's own name ("dpkg", "osvdb", "Debian:12").
	Name   string `json:"name"`
	Status Status `json:"status"`
	// Reason says in a sentence why the status is not ok, or what a reader of
	// an ok should know. Empty: nothing to say.
	Reason string `json:"reason"`
	// Count is how much was seen, in the part's own units: packages and updates
	// for a backend, answered queries for a source, packages for an ecosystem.
	Count int `json:"count"`
	// Problems are the single failures, at most MaxProblems of them; Reason
	// tells how many there were in all.
	Problems []Problem `json:"problems,omitempty"`
	// Notes are facts about what was left out on purpose.
	Notes []string `json:"notes,omitempty"`
}

// Gap says whether the part leaves something unseen: it is neither ok nor absent.
func (c Coverage) Gap() bool { return c.Status != StatusOK && c.Status != StatusAbsent }

// MaxProblems is how many problems one Coverage lists.
const MaxProblems = 50

// Problem is one thing that could not be read, parsed or matched.
// It is an error, so that it can be joined and wrapped.
type Problem struct {
	// Path is the file, a slash path below the root. Empty: no file is at fault.
	Path string
	// Record is where in the file: "stanza 17", "page 3", "line 12".
	Record string
	// Package is the package it concerns, where known.
	Package string
	// Err is the cause. Never nil.
	Err error
}

// Error says where, which and why.
func (p Problem) Error() string {
	var where []string
	for _, s := range []string{p.Path, p.Record, p.Package} {
		if s != "" {
			where = append(where, s)
		}
	}
	reason := "unknown cause"
	if p.Err != nil {
		reason = p.Err.Error()
	}
	if len(where) == 0 {
		return reason
	}
	return strings.Join(where, ": ") + ": " + reason
}

// Unwrap gives the cause.
func (p Problem) Unwrap() error { return p.Err }

type problemJSON struct {
	Path    string `json:"path,omitempty"`
	Record  string `json:"record,omitempty"`
	Package string `json:"package,omitempty"`
	Reason  string `json:"reason"`
}

// MarshalJSON writes path, record, package and reason.
func (p Problem) MarshalJSON() ([]byte, error) {
	j := problemJSON{Path: p.Path, Record: p.Record, Package: p.Package}
	if p.Err != nil {
		j.Reason = p.Err.Error()
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes. The cause becomes plain text:
// errors.Is no longer finds what it was.
func (p *Problem) UnmarshalJSON(b []byte) error {
	var j problemJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*p = Problem{Path: j.Path, Record: j.Record, Package: j.Package, Err: reason(j.Reason)}
	return nil
}

// reason is a cause that was read back from JSON.
type reason string

func (r reason) Error() string { return string(r) }
