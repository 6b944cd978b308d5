package report

import (
	"bufio"
	"encoding/json"
	"io"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/scanner/finding"
)

// JSON writes the report as indented JSON, as the schema of package finding
// describes it, ending in a newline.
func JSON(w io.Writer, r *finding.Report) error { return write(w, r, " ") }

// Inventory writes an inventory as JSON on one line, as the schema of package
// inventory describes it: programs read it, and it is sent over networks.
func Inventory(w io.Writer, inv *inventory.Inventory) error { return write(w, inv, "") }

// write writes a document with its characters as they are, not escaped for HTML.
func write(w io.Writer, doc any, indent string) error {
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(doc); err != nil {
		return err
	}
	return b.Flush()
}
