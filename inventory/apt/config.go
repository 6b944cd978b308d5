package apt

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// maxConfig is the length in bytes of the longest configuration file read.
const maxConfig = 4 << 20

// config reads apt.conf(5): the last value of every option, by its name in
// lower case.
func (c *collection) config() map[string]string {
	conf := map[string]string{}
	for _, name := range append(c.parts(configDir+"/apt.conf.d", "", ".conf"), configDir+"/apt.conf") {
		data, ok := c.configFile(name)
		if !ok {
			continue
		}
		if err := parseConfig(string(data), conf); err != nil {
			c.problem(name, "", err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(conf)) {
		moved := key == "dir" || key == "rootdir" ||
			strings.HasPrefix(key, "dir::etc") || strings.HasPrefix(key, "dir::state")
		if moved && !strings.HasSuffix(key, "::") {
			c.problem(configDir+"/apt.conf", "", fmt.Errorf("%s is set to %q, but only apt's usual directories are read", key, conf[key]))
		}
	}
	return conf
}

// configFile reads a file that people write. One that is not there is none.
func (c *collection) configFile(name string) ([]byte, bool) {
	data, err := read.File(c.fsys, name, maxConfig)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			c.problem(name, "", err)
		}
		return nil, false
	}
	return data, true
}

// parts gives the files of a directory of configuration, in the order apt reads
// them. It takes those with one of the extensions ("" is none) and leaves out
// the names that apt leaves out, such as those of editors' backups.
func (c *collection) parts(dir string, extensions ...string) []string {
	entries, err := fs.ReadDir(c.fsys, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.problem(dir, "", err)
	}
	var names []string
	for _, e := range entries {
		name := e.Name()
		strange := strings.ContainsFunc(name, func(r rune) bool {
			return !isAlnum(r) && !strings.ContainsRune("_-:.", r)
		})
		if e.IsDir() || strange || name[0] == '.' || strings.HasSuffix(name, ".") {
			continue
		}
		if slices.Contains(extensions, path.Ext(name)) {
			names = append(names, dir+"/"+name)
		}
	}
	return names
}

func isAlnum(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// maxConfigDepth is how deep blocks may stand in one another.
const maxConfigDepth = 64

// parseConfig reads one file in the form of ISC's tools: `A::B "value";`, or
// the same with a block, `A { B "value"; };`. Directives (#include, #clear) are
// taken as comments.
func parseConfig(text string, into map[string]string) error {
	var scope, statement []string
	for {
		word, rest, err := configWord(text)
		if err != nil {
			return err
		}
		text = rest
		switch word {
		case "":
			if len(scope) > 0 || len(statement) > 0 {
				return errors.New("ends within a statement")
			}
			return nil
		case "{":
			if len(scope) == maxConfigDepth {
				return fmt.Errorf("blocks more than %d deep", maxConfigDepth)
			}
			scope = append(scope, strings.Trim(strings.Join(statement, ""), `"`))
			statement = nil
		case ";", "}":
			if len(statement) > 0 {
				setConfig(into, scope, statement)
			}
			statement = nil
			if word == "}" && len(scope) > 0 {
				scope = scope[:len(scope)-1]
			}
		default:
			statement = append(statement, word)
		}
	}
}

// setConfig stores a statement: an option and its value, or a value alone,
// which is an item of the list that the scope names.
func setConfig(into map[string]string, scope, statement []string) {
	key, value := "", statement[0]
	if len(statement) > 1 {
		key, value = statement[0], strings.Join(statement[1:], " ")
	}
	full := strings.Join(append(slices.Clone(scope), key), "::")
	into[strings.ToLower(full)] = strings.ReplaceAll(value, `"`, "")
}

// configWord gives the next word or punctuation mark, and what follows it. An
// empty word is the end.
func configWord(text string) (word, rest string, err error) {
	for {
		text = strings.TrimLeft(text, " \t\r\n\v\f")
		switch {
		case text == "":
			return "", "", nil
		case strings.HasPrefix(text, "//"), text[0] == '#':
			_, text, _ = strings.Cut(text, "\n")
		case strings.HasPrefix(text, "/*"):
			var closed bool
			if _, text, closed = strings.Cut(text, "*/"); !closed {
				return "", "", errors.New("ends within a comment")
			}
		case strings.IndexByte("{};", text[0]) >= 0:
			return text[:1], text[1:], nil
		default:
			n, err := wordEnd(text)
			return text[:n], text[n:], err
		}
	}
}

// wordEnd finds the end of a word, of which parts may be quoted.
func wordEnd(text string) (int, error) {
	quoted := false
	for i := range len(text) {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case quoted:
		case strings.IndexByte(" \t\r\n\v\f{};", text[i]) >= 0:
			return i, nil
		}
	}
	if quoted {
		return 0, errors.New("ends within a quoted value")
	}
	return len(text), nil
}
