package report_test

import (
	"log"
	"os"

	"github.com/keeppatched/keeppatched/scanner/report"
)

func ExampleTable() {
	r := sample()
	r.Findings, r.Patches = nil, nil
	r.Coverage = r.Coverage[:2]
	if err := report.Table(os.Stdout, r, report.TableOptions{}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// UNKNOWN - 2 vulnerabilities, 2 patches, not all seen
	// web1: Debian GNU/Linux 12 (bookworm), 3 packages (3 assessed), 2026-01-31 12:00 UTC
	//
	// Coverage
	//  STATUS  PART     NAME    COUNT  REMARKS
	//  ok      host     debian      1
	//  ok      backend  dpkg        3  1 package removed, its configuration kept; another note
}
