package apt

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// pattern is a text of apt_preferences(5) that names are compared with, without
// regard to case: a /regular expression/, or a glob(7) in which * stands for
// slashes too.
type pattern struct {
	glob   string
	regexp *regexp.Regexp // nil: it is a glob
	prefix bool           // a version that is the beginning of what it matches
}

// parsePattern reads a pattern. What cannot be read is an error, where apt warns
// or takes it literally.
func parsePattern(text string) (*pattern, error) {
	if len(text) > 1 && text[0] == '/' && text[len(text)-1] == '/' {
		re, err := regexp.Compile("(?i)" + text[1:len(text)-1])
		return &pattern{regexp: re}, err
	}
	p := &pattern{glob: fold(strings.ReplaceAll(text, "[!", "[^"))}
	if _, err := path.Match(p.glob, ""); err != nil {
		return nil, fmt.Errorf("%q: %w", text, err)
	}
	return p, nil
}

// parseVersionPattern reads the pattern of a version: without its last
// asterisk it is also the beginning of versions, literally.
func parseVersionPattern(text string) (*pattern, error) {
	begin, prefix := strings.CutSuffix(text, "*")
	p, err := parsePattern(begin)
	if err != nil {
		return nil, err
	}
	p.prefix = prefix
	return p, nil
}

// fold makes case and slashes, which path.Match gives a meaning, the same.
func fold(text string) string {
	return strings.ReplaceAll(strings.ToLower(text), "/", "\x00")
}

// matches says whether a text fits. A nil pattern fits nothing.
func (p *pattern) matches(text string) bool {
	if p == nil {
		return false
	}
	if p.regexp != nil {
		return p.regexp.MatchString(text)
	}
	text = fold(text)
	if p.prefix && strings.HasPrefix(text, p.glob) {
		return true
	}
	ok, err := path.Match(p.glob, text)
	return ok && err == nil
}

// allows says whether a field of a release fits. A nil pattern asks nothing; an
// empty field, which apt takes as missing, fits no other.
func (p *pattern) allows(field string) bool {
	return p == nil || field != "" && p.matches(field)
}
