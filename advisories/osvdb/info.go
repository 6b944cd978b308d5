package osvdb

import (
	"fmt"
	"time"
)

// Info says what a database holds.
type Info struct {
	// Format is the version of the file format.
	Format int `json:"format"`
	// Builder is what BuildOptions.Builder named, often a tool and its version.
	Builder string `json:"builder,omitempty"`
	// AsOf is the moment whose knowledge the database holds, UTC:
	// BuildOptions.AsOf, or Newest where that was not given.
	AsOf time.Time `json:"as_of,omitzero"`
	// Newest is the latest Modified among the records, UTC.
	Newest time.Time `json:"newest,omitzero"`
	// Records is the number of records.
	Records int `json:"records"`
	// Refused is the number of records that were in the source and could not
	// be read. What they say is unknown: a report must tell.
	Refused int `json:"refused"`
	// Packages is the number of packages that records name, one in each
	// ecosystem and release.
	Packages int `json:"packages"`
	// Ecosystems is the number of ecosystems, each release counted; DB.Ecosystems
	// lists them.
	Ecosystems int `json:"ecosystems"`
}

// Ecosystem is one ecosystem that a database holds records of.
type Ecosystem struct {
	Name    string    `json:"name"` // with its suffix: "Debian:12"
	Records int       `json:"records"`
	Newest  time.Time `json:"newest,omitzero"` // the latest Modified among them, UTC
}

// String says it in a sentence, as reports show it.
func (i Info) String() string {
	s := fmt.Sprintf("%d records of %d ecosystems", i.Records, i.Ecosystems)
	if !i.AsOf.IsZero() {
		s += " as of " + i.AsOf.UTC().Format(time.DateOnly)
	}
	if i.Refused > 0 {
		s += fmt.Sprintf("; %d more records were refused and are missing", i.Refused)
	}
	return s
}
