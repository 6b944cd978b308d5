package advisories

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrSchema says that a record is not one of the OSV schema that is understood
// here.
var ErrSchema = errors.New("not an OSV record of schema version 1")

// Parse reads one OSV record from JSON. Fields that are unknown are passed over,
// since minor versions of the schema add some. The error names the record's id
// where that can be read; it wraps [ErrSchema] for a record without an id or of
// another major version of the schema. How large data may be is the caller's
// to limit.
func Parse(data []byte) (*Advisory, error) {
	var a Advisory
	if err := json.Unmarshal(data, &a); err != nil {
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
