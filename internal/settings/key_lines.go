package settings

import (
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// keyLines maps full key names, such as "profile.work.stripe", to lines of the config file, counted
// from 1. For a key of repeated tables, such as [[policy]], it is the line in the first of them.
type keyLines map[string]int

// position returns a key's position, such as "config.toml, line 3", or only the file if the key is
// not in it.
func (l keyLines) position(path, key string) string {
	if line, ok := l[key]; ok {
		return fmt.Sprintf("%s, line %d", path, line)
	}
	return path
}

// indexedKey returns the key of one of several tables with the same name, counted from 1.
func indexedKey(name string, i int) string { return fmt.Sprintf("%s[%d]", name, i) }

// findKeyLines finds the keys of a file that is valid TOML.
func findKeyLines(text []byte) keyLines {
	found, tables := keyLines{}, map[string]int{}
	var p unstable.Parser
	p.Reset(text)
	table := ""
	for p.NextExpression() {
		node := p.Expression()
		var parts []string
		line := 0
		for keys := node.Key(); keys.Next(); {
			part := keys.Node()
			parts = append(parts, string(part.Data))
			line = p.Shape(part.Raw).Start.Line
		}
		name := strings.Join(parts, ".")
		if node.Kind == unstable.KeyValue {
			name = table + name
		} else {
			table = name + "."
		}
		if _, known := found[name]; !known && line > 0 {
			found[name] = line
		}
		if node.Kind == unstable.ArrayTable {
			tables[name]++
			found[indexedKey(name, tables[name])] = line
		}
	}
	return found
}
