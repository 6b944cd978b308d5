package advisories

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ErrSchema says that a record is not one of the OSV schema that is understood
// here.
var ErrSchema = errors.New("not an OSV record of schema version 1")

// Parse reads one OSV record from JSON. Fields that are unknown are passed over,
// since minor versions of the schema add some. The error names the record's id
// where that can be read; it wraps [ErrSchema] for a record without an id or of
// another major version of the schema. How large data may be is the caller's
// to limit.
//
// A date of publication or change that is no date counts as not stated: real
// records have some ("1-01-01T00:00:00Z"), and the rest of them is sound. One of
// withdrawal decides whether the record is in force, so there it is an error.
func Parse(data []byte) (*Advisory, error) {
	var a Advisory
	err := json.Unmarshal(data, &a)
	if bad := (*time.ParseError)(nil); errors.As(err, &bad) {
		a = Advisory{}
		err = json.Unmarshal(data, &tolerant{Advisory: &a, Published: date{&a.Published}, Modified: date{&a.Modified}})
	}
	if err != nil {
		return nil, fmt.Errorf("advisory %s: %w", quoted(idOf(data)), err)
	}
	if a.ID == "" {
		return nil, fmt.Errorf("%w: no id", ErrSchema)
	}
	if !supported(a.SchemaVersion) {
		return nil, fmt.Errorf("advisory %s: %w but of %s", quoted(a.ID), ErrSchema, quoted(a.SchemaVersion))
	}
	return &a, nil
}

// tolerant reads a record with its dates taken apart: a field outside an
// embedded struct hides the one of the same name in it.
type tolerant struct {
	*Advisory
	Published date `json:"published"`
	Modified  date `json:"modified"`
}

// date is a time that stays zero where the text is none.
type date struct{ to *time.Time }

func (d date) UnmarshalJSON(text []byte) error {
	if d.to.UnmarshalJSON(text) != nil {
		*d.to = time.Time{}
	}
	return nil
}

// idOf finds the id of a record that does not parse as a whole. Empty: unknown.
func idOf(data []byte) string {
	var record struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(data, &record) // fills what it can
	return record.ID
}

// supported reports whether a schema version has a known major version. Early
// records have none.
func supported(version string) bool {
	if version == "" {
		return true
	}
	major, _, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(major)
	return err == nil && (n == 0 || n == 1)
}

// maxQuoted is how many bytes of a record's text an error shows.
const maxQuoted = 64

// quoted makes text of a record fit for an error message.
func quoted(s string) string {
	if len(s) > maxQuoted {
		return strconv.Quote(s[:maxQuoted]) + "..."
	}
	return strconv.Quote(s)
}
