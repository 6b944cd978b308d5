package apt

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/keeppatched/keeppatched/inventory/internal/deb822"
)

// source is one configured archive of binary packages.
type source struct {
	path, record string // where it is configured
	uri          string // ends with a slash
	suite        string // ends with a slash where the archive is flat: has no components
	components   []string
	archs        []string // architectures wanted; empty: no restriction
}

// maxSources is how many sources are read from one machine.
const maxSources = 4096

// sources reads the configured sources, in apt's order.
func (c *collection) sources(native string) []source {
	var all []source
	files := append([]string{configDir + "/sources.list"}, c.parts(configDir+"/sources.list.d", ".list", ".sources")...)
	for _, name := range files {
		data, ok := c.configFile(name)
		if !ok {
			continue
		}
		parse := parseOneLine
		if path.Ext(name) == ".sources" {
			parse = parseDeb822
		}
		found, faults := parse(data)
		for _, f := range faults {
			c.problem(name, f.record, f.err)
		}
		for i := range found {
			found[i].path = name
		}
		all = append(all, found...)
	}
	if len(all) > maxSources {
		c.problem(configDir, "", fmt.Errorf("more than %d sources, the rest is left out", maxSources))
		all = all[:maxSources]
	}
	for i := range all {
		all[i].uri = strings.ReplaceAll(all[i].uri, "$(ARCH)", native)
		all[i].suite = strings.ReplaceAll(all[i].suite, "$(ARCH)", native)
	}
	return slices.DeleteFunc(all, func(s source) bool {
		disc := strings.HasPrefix(s.uri, "cdrom:")
		if disc {
			c.note("the disc %s (%s) is not looked at", s.uri, s.path)
		}
		return disc
	})
}

// fault is what is wrong with one entry of a file that people write.
type fault struct {
	record string
	err    error
}

// parseOneLine reads the one-line style of sources.list(5):
// "deb [option=value ...] uri suite [component ...]".
func parseOneLine(data []byte) (found []source, faults []fault) {
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		record := fmt.Sprintf("line %d", number)
		words, err := splitWords(uncomment(line))
		if err == nil && len(words) == 0 {
			continue
		}
		var s source
		if err == nil {
			s, err = oneLine(words)
		}
		s.record = record
		switch {
		case err != nil:
			faults = append(faults, fault{record, err})
		case words[0] == "deb":
			found = append(found, s)
		}
	}
	return found, faults
}

// uncomment cuts a line at the first '#' that is not within brackets.
func uncomment(line string) string {
	for i := range len(line) {
		if line[i] == '#' && strings.Count(line[:i], "[") <= strings.Count(line[:i], "]") {
			return line[:i]
		}
	}
	return line
}

// splitWords takes a line apart at blanks outside of quotes and brackets.
func splitWords(line string) ([]string, error) {
	var words []string
	for {
		line = strings.TrimLeft(line, " \t\r\n\v\f")
		if line == "" {
			return words, nil
		}
		n := 0
		for n < len(line) && strings.IndexByte(" \t\r\n\v\f", line[n]) < 0 {
			closing := map[byte]string{'"': `"`, '[': "]"}[line[n]]
			n++
			if closing == "" {
				continue
			}
			i := strings.Index(line[n:], closing)
			if i < 0 {
				return nil, fmt.Errorf("no closing %s", closing)
			}
			n += i + 1
		}
		words, line = append(words, line[:n]), line[n:]
	}
}

func oneLine(words []string) (source, error) {
	var s source
	if words[0] != "deb" && words[0] != "deb-src" {
		return s, fmt.Errorf("%q is not a type of source", words[0])
	}
	rest := words[1:]
	if len(rest) > 0 && rest[0][0] == '[' {
		s.archs = archOption(strings.Trim(rest[0], "[]"))
		rest = rest[1:]
	}
	for i, w := range rest {
		rest[i] = unquote(w)
	}
	if len(rest) < 2 {
		return s, errors.New("a source needs a URI and a suite")
	}
	s.uri, s.suite, s.components = rest[0], rest[1], rest[2:]
	return s, s.check()
}

// archOption finds the architectures among the options of a source.
func archOption(options string) (archs []string) {
	for _, o := range strings.Fields(options) {
		if value, ok := strings.CutPrefix(o, "arch="); ok {
			archs = append(archs, strings.Split(value, ",")...)
		}
		if value, ok := strings.CutPrefix(o, "arch+="); ok && archs != nil {
			archs = append(archs, strings.Split(value, ",")...)
		}
	}
	return archs
}

// unquote removes quotes and decodes %xx, where it is that.
func unquote(word string) string {
	word = strings.ReplaceAll(word, `"`, "")
	if decoded, err := url.PathUnescape(word); err == nil {
		return decoded
	}
	return word
}

// check completes a source, or says what is wrong with it.
func (s *source) check() error {
	flat := strings.HasSuffix(s.suite, "/")
	switch {
	case !strings.Contains(s.uri, ":"):
		return fmt.Errorf("%q is not a URI", s.uri)
	case flat && len(s.components) > 0:
		return fmt.Errorf("the suite %q is a directory, which has no components", s.suite)
	case !flat && len(s.components) == 0:
		return fmt.Errorf("no component of the suite %q is named", s.suite)
	}
	if !strings.HasSuffix(s.uri, "/") {
		s.uri += "/"
	}
	return nil
}

// parseDeb822 reads the stanzas of a *.sources file.
func parseDeb822(data []byte) (found []source, faults []fault) {
	r := deb822.NewReader(bytes.NewReader(data),
		"Types", "URIs", "Suites", "Components", "Architectures", "Architectures-Add", "Enabled")
	r.Comments = true
	for r.Next() {
		s := r.Stanza()
		for _, f := range s.Faults {
			faults = append(faults, fault{fmt.Sprintf("line %d", f.Line), f.Err})
		}
		if isFalse(string(s.Get("Enabled"))) {
			continue
		}
		record := fmt.Sprintf("line %d", s.Line)
		more, err := deb822Sources(s)
		if err != nil {
			faults = append(faults, fault{record, err})
		}
		for _, m := range more {
			m.record = record
			found = append(found, m)
		}
	}
	if err := r.Err(); err != nil {
		faults = append(faults, fault{"", err})
	}
	return found, faults
}

// deb822Sources makes a source of every pair of URI and suite.
func deb822Sources(s *deb822.Stanza) (found []source, err error) {
	fields := func(name string) []string { return strings.Fields(string(s.Get(name))) }
	types, uris, suites := fields("Types"), fields("URIs"), fields("Suites")
	if len(types) == 0 || len(uris) == 0 || len(suites) == 0 {
		return nil, errors.New("a source needs Types, URIs and Suites")
	}
	for _, t := range types {
		if t != "deb" && t != "deb-src" {
			err = errors.Join(err, fmt.Errorf("%q is not a type of source", t))
		}
	}
	if !slices.Contains(types, "deb") {
		return nil, err
	}
	archs := fields("Architectures")
	if len(archs) > 0 {
		archs = append(archs, fields("Architectures-Add")...)
	}
	for _, uri := range uris {
		for _, suite := range suites {
			one := source{uri: uri, suite: suite, components: fields("Components"), archs: archs}
			if fault := one.check(); fault != nil {
				err = errors.Join(err, fault)
				continue
			}
			found = append(found, one)
		}
	}
	return found, err
}

// The words that apt reads as no and yes.
var (
	falseWords = []string{"no", "false", "without", "off", "disable", "0"}
	trueWords  = []string{"yes", "true", "with", "on", "enable", "1"}
)

func isFalse(s string) bool { return slices.Contains(falseWords, strings.ToLower(s)) }
func isTrue(s string) bool  { return slices.Contains(trueWords, strings.ToLower(s)) }
