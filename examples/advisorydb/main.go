// Command advisorydb makes, shows, asks and serves a local advisory database.
//
//	advisorydb build -from DIR -o FILE                  from a folder in the layout of OSV's export
//	advisorydb info -db FILE                            what a database holds
//	advisorydb query -db FILE ECOSYSTEM NAME VERSION    the advisories that affect a version
//	advisorydb serve -db FILE -listen ADDR              answer OSV's API (loopback unless told otherwise)
//	advisorydb compare ECOSYSTEM                        order the versions A<TAB>B of standard input
//
// Exit codes: 0 done, 1 for query: the version is affected, 3 failed or called
// wrongly.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

const (
	exitOK       = 0
	exitAffected = 1
	exitFailed   = 3
)

const usage = `usage:
  advisorydb build   -from DIR -o FILE
  advisorydb info    -db FILE
  advisorydb query   -db FILE ECOSYSTEM NAME VERSION
  advisorydb serve   -db FILE [-listen ADDR]
  advisorydb compare ECOSYSTEM < LINES
`

// command is one of the program's verbs.
type command func(ctx context.Context, args []string, io stdio) (code int, err error)

// stdio is what a command reads and writes.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// run is the program, without its process.
func run(ctx context.Context, args []string, std stdio) int {
	commands := map[string]command{
		"build": build, "info": info, "query": query, "serve": serve, "compare": compare,
	}
	if len(args) == 0 {
		fmt.Fprint(std.err, usage)
		return exitFailed
	}
	cmd, ok := commands[args[0]]
	if !ok {
		fmt.Fprintf(std.err, "advisorydb: unknown command %q\n%s", args[0], usage)
		return exitFailed
	}
	code, err := cmd(ctx, args[1:], std)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		fmt.Fprintf(std.err, "advisorydb %s: %v\n", args[0], err)
		return exitFailed
	}
	return code
}

// flags parses a command's flags and checks the number of its arguments.
func flags(name string, args []string, std stdio, arguments int, define func(*flag.FlagSet)) ([]string, error) {
	fs := flag.NewFlagSet("advisorydb "+name, flag.ContinueOnError)
	fs.SetOutput(std.err)
	define(fs)
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if fs.NArg() != arguments {
		return nil, fmt.Errorf("want %d arguments, have %d\n%s", arguments, fs.NArg(), usage)
	}
	return fs.Args(), nil
}
