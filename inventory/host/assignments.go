package host

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/keeppatched/keeppatched/inventory"
)

// assignments are the variables of a file that is "a newline-separated list of
// environment-like shell-compatible variable assignments", as os-release(5) and
// lsb-release are.
type assignments map[string]string

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

var (
	errNoAssignment = errors.New("not an assignment")
	errOpenQuote    = errors.New("quote is not closed")
)

// maxBadLines is how many bad lines of one file are told one by one.
const maxBadLines = 10

// readAssignments reads all lines that can be read, and gives a problem for the
// others. The last assignment of a variable counts, as in a shell. A byte order
// mark and carriage returns, which editors leave, are ignored.
func readAssignments(name string, data []byte) (assignments, []inventory.Problem) {
	vars := assignments{}
	var problems []inventory.Problem
	bad := 0
	number := 0
	for line := range bytes.Lines(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))) {
		number++
		key, value, err := assignment(strings.TrimSpace(string(line)))
		if err != nil {
			if bad++; bad <= maxBadLines {
				problems = append(problems, inventory.Problem{
					Path: name, Record: fmt.Sprintf("line %d", number), Err: err})
			}
			continue
		}
		if key != "" {
			vars[key] = value
		}
	}
	if bad > maxBadLines {
		problems = append(problems, inventory.Problem{
			Path: name, Err: fmt.Errorf("%d more lines are not assignments", bad-maxBadLines)})
	}
	return vars, problems
}

// assignment reads one line. An empty line or a comment gives no key.
func assignment(line string) (key, value string, err error) {
	if line == "" || line[0] == '#' {
		return "", "", nil
	}
	key, word, ok := strings.Cut(line, "=")
	if !ok || !variable.MatchString(key) {
		return "", "", errNoAssignment
	}
	value, err = unquote(word)
	return key, value, err
}

// unquote takes the quotes from a value. In single quotes every character
// stands for itself; in double quotes a backslash protects $, ", \ and `;
// without quotes it protects any character. Variables are not expanded. Blanks
// without quotes belong to the value, as systemd reads them, but # after a blank
// starts a comment.
func unquote(word string) (string, error) {
	var out strings.Builder
	var quote byte
	for i := 0; i < len(word); i++ {
		c := word[i]
		switch {
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && c == '#' && (i == 0 || word[i-1] == ' ' || word[i-1] == '\t'):
			return strings.TrimRight(out.String(), " \t"), nil
		case c == '\\' && quote != '\'' && i+1 < len(word) && escapes(quote, word[i+1]):
			i++
			out.WriteByte(word[i])
		default:
			out.WriteByte(c)
		}
	}
	if quote != 0 {
		return "", errOpenQuote
	}
	return out.String(), nil
}

// escapes says whether a backslash before c is taken away.
func escapes(quote, c byte) bool {
	return quote == 0 || strings.IndexByte("$\"\\`", c) >= 0
}
