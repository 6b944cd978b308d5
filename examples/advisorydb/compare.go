package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/keeppatched/keeppatched/advisories/ecosystem"
)

// compare orders pairs of versions: for each line A<TAB>B it writes "<", "="
// or ">", or "! " and why the two cannot be compared.
func compare(ctx context.Context, args []string, std stdio) (int, error) {
	rest, err := flags("compare", args, std, 1, func(*flag.FlagSet) {})
	if err != nil {
		return exitFailed, err
	}
	in, out := bufio.NewReader(std.in), bufio.NewWriter(std.out)
	for ctx.Err() == nil {
		line, err := in.ReadString('\n')
		if line != "" {
			fmt.Fprintln(out, compareLine(rest[0], strings.TrimRight(line, "\r\n")))
		}
		switch {
		case errors.Is(err, io.EOF):
			return exitOK, out.Flush()
		case err != nil:
			return exitFailed, errors.Join(err, out.Flush())
		}
	}
	return exitFailed, errors.Join(context.Cause(ctx), out.Flush())
}

func compareLine(eco, line string) string {
	a, b, ok := strings.Cut(line, "\t")
	if !ok {
		return "! want two versions with a tab between"
	}
	c, err := ecosystem.Compare(eco, a, b)
	if err != nil {
		return "! " + strings.ReplaceAll(err.Error(), "\n", " ")
	}
	return [...]string{"<", "=", ">"}[c+1]
}
