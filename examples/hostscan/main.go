// Command hostscan tells what a machine lacks: which updates wait, which known
// vulnerabilities its packages have, what to upgrade, and what could not be
// assessed.
//
//	hostscan                              this machine
//	hostscan -root /mnt/image             a mounted root
//	hostscan -gather -o inventory.json    write the inventory only
//	hostscan -inventory inventory.json    assess it, here or elsewhere
//	hostscan -db osv.db -format json      offline, as JSON
//
// It runs nothing, needs no root, and writes only where -o says (and, where -db
// names a folder, a database of it among the system's temporary files, removed
// at the end). Advisories come from the database and the API that -db and -osv
// name, else from the database in the user's cache folder (keeppatched/osv.db),
// else from api.osv.dev.
//
// Exit codes: 0 nothing is missing, 1 something is, 3 unknown: something could
// not be seen or assessed, or hostscan was called wrongly. (2 is for a machine
// that breaks a policy.) With a gap the code is 3 also where there are findings.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
)

// Exit codes, as monitoring systems know them.
const (
	exitOK      = 0
	exitWarning = 1
	exitUnknown = 3
)

func main() {
	// The program lives for a moment: collecting garbage less often makes it a
	// fifth faster for a few megabytes.
	debug.SetGCPercent(400)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program, without its process.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	cfg, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		fmt.Fprintln(stderr, "hostscan:", err)
		return exitUnknown
	}
	code, err := cfg.scan(ctx, stdin, stdout, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "hostscan:", err)
		return exitUnknown
	}
	return code
}
