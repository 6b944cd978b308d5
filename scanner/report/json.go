package report

import (
	"bufio"
	"encoding/json"
	"io"

	"github.com/keeppatched/keeppatched/scanner/finding"
)

// JSON writes the report as indented JSON, as the schema of package finding
// describes it, ending in a newline.
func JSON(w io.Writer, r *finding.Report) error { return Document(w, r) }

// Document writes any of this module's documents (a report, an inventory) as
// indented JSON, ending in a newline. Characters are written as they are, not
// escaped for HTML.
func Document(w io.Writer, doc any) error {
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(doc); err != nil {
		return err
	}
	return b.Flush()
}
