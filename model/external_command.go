package model

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"vpsdeck/model/pattern"
)

// SSHRule says how to connect to servers over SSH.
type SSHRule struct {
	Server  string   // a glob for the server's name; empty: all servers
	User    string   // empty: ssh decides
	Port    int      // 0: ssh decides
	Command []string // the program and its first arguments; empty: ssh
}

// SSHRules are rules in order: the first that matches a server applies, or else plain ssh.
type SSHRules []SSHRule

// For returns the rule that applies to the server.
func (r SSHRules) For(s Server) SSHRule {
	for _, rule := range r {
		if rule.Server == "" || pattern.MatchGlob(rule.Server, s.Name) {
			return rule
		}
	}
	return SSHRule{}
}

// Args returns the command that connects to the server's address, or else to its host name. Neither
// can become an option.
func (r SSHRules) Args(s Server) ([]string, error) {
	rule := r.For(s)
	host, err := serverAddress(s)
	if err != nil {
		if host, err = safeArgument("host name", s.Hostname); err != nil {
			return nil, Problem{Message: fmt.Sprintf("%s has no address for ssh", Clean(s.Name))}
		}
	}
	args := slices.Clone(rule.Command)
	if len(args) == 0 {
		args = []string{"ssh"}
	}
	if rule.Port != 0 {
		args = append(args, "-p", strconv.Itoa(rule.Port))
	}
	if rule.User != "" {
		host = rule.User + "@" + host
	}
	return append(args, "--", host), nil
}

// URL returns the same target as a URL that a terminal can open, ssh://root@203.0.113.10:2222;
// empty if there is none.
func (r SSHRules) URL(s Server) string {
	rule := r.For(s)
	at, err := netip.ParseAddr(s.IP)
	if err != nil || at.Zone() != "" {
		return ""
	}
	u := url.URL{Scheme: "ssh", Host: at.String()}
	if rule.User != "" {
		u.User = url.User(rule.User)
	}
	switch {
	case rule.Port != 0:
		u.Host = netip.AddrPortFrom(at, uint16(rule.Port)).String()
	case at.Is6():
		u.Host = "[" + u.Host + "]"
	}
	return u.String()
}

// userPattern is the allowed user names: they cannot become an option, and contain no separator
// between user and host.
var userPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)
})

// Check reports the first problem of each rule.
func (r SSHRules) Check() []Problem {
	var problems []Problem
	for i, rule := range r {
		why := ""
		switch {
		case rule.User != "" && !userPattern().MatchString(rule.User):
			why = fmt.Sprintf("user cannot be %q: use letters, digits and . _ -, but no leading -", rule.User)
		case rule.Port < 0 || rule.Port > 65535:
			why = fmt.Sprintf("port cannot be %d: write a number from 1 to 65535", rule.Port)
		case rule.Command != nil && (len(rule.Command) == 0 || strings.TrimSpace(rule.Command[0]) == ""):
			why = `command is empty: write the program and its arguments, such as ["ssh", "-J", "jump"]`
		}
		if why != "" {
			problems = append(problems, Problem{Message: Clean(fmt.Sprintf("ssh rule %d: %s", i+1, why))})
		}
	}
	return problems
}

// CustomCommand is a command from the config, for the server under the cursor.
type CustomCommand struct {
	Key  string
	Name string
	// the program and its arguments, with the placeholders {id}, {name} and {ip}; with Shell a
	// single line
	Run       []string
	Shell     bool // Run is one line for sh, in which values are quoted
	Confirm   bool // asks for confirmation
	Dangerous bool // it changes something: the server's name must be typed first, and read-only mode disables it
}

// placeholderPattern matches words in braces, and commandPlaceholders lists the known ones.
var (
	placeholderPattern = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\{[a-z]+\}`)
	})
	commandPlaceholders = []string{"{id}", "{name}", "{ip}"}
)

// Check returns what is wrong with the command in the config, or "".
func (c CustomCommand) Check() string {
	switch {
	case strings.TrimSpace(c.Name) == "" || Clean(c.Name) != c.Name:
		return "name must not be empty or contain control characters"
	case c.Key == "":
		return `key is missing: write one, such as "f5"`
	case len(c.Run) == 0 || strings.TrimSpace(c.Run[0]) == "":
		return `run is empty: write the program and its arguments, such as ["ping", "-c", "3", "{ip}"]`
	case c.Shell && len(c.Run) != 1:
		return `with shell = true, run must be a list of one string, such as ["ping -c 3 {ip} | tail -1"]`
	case !c.Shell && strings.ContainsAny(c.Run[0], "{}"):
		return "run must begin with the name of a program, without placeholders"
	}
	for _, arg := range c.Run {
		for _, at := range placeholderPattern().FindAllStringIndex(arg, -1) {
			variable := c.Shell && at[0] > 0 && arg[at[0]-1] == '$'
			if blank := arg[at[0]:at[1]]; !variable && !slices.Contains(commandPlaceholders, blank) {
				return fmt.Sprintf("unknown %s in run; valid: %s", blank, strings.Join(commandPlaceholders, ", "))
			}
		}
	}
	if c.Shell {
		return checkShellLine(c.Run[0])
	}
	return ""
}

// checkShellLine returns why values cannot be inserted into a shell line, or "". They are inserted
// quoted, which is unsafe inside other quotes, or where the shell does not expect a word.
func checkShellLine(line string) string {
	if strings.ContainsAny(line, "\n\r") || strings.Contains(line, "<<") {
		return "with shell = true, run must be one line without <<"
	}
	quote, escaped := rune(0), false
	for at, r := range line {
		switch {
		case escaped:
			escaped = false
		case r == '\\' && quote != '\'':
			escaped = true
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && strings.ContainsRune("'\"`", r):
			quote = r
		}
		if r != '{' {
			continue
		}
		for _, place := range commandPlaceholders {
			if strings.HasPrefix(line[at:], place) && (quote != 0 || at > 0 && line[at-1] == '\\') {
				return fmt.Sprintf("%s is inside quotes: remove them, the value is quoted automatically", place)
			}
		}
	}
	return ""
}

// Args returns the command for a server. A server's name can neither become an option nor more than
// one word, in this shell or in one behind it (ssh passes a command on). Values that begin with -,
// or contain anything but letters, digits and . _ : @ + -, are rejected.
func (c CustomCommand) Args(s Server) ([]string, error) {
	values := map[string]func() (string, error){
		"{id}":   func() (string, error) { return safeArgument("ID", string(s.ID)) },
		"{name}": func() (string, error) { return safeArgument("name", s.Name) },
		"{ip}":   func() (string, error) { return serverAddress(s) },
	}
	var failed error
	fill := func(arg string) string {
		return placeholderPattern().ReplaceAllStringFunc(arg, func(place string) string {
			value, ok := values[place]
			if !ok {
				return place
			}
			text, err := value()
			if err != nil && failed == nil {
				failed = err
			}
			if c.Shell {
				return shellQuote(text)
			}
			return text
		})
	}
	var args []string
	if c.Shell {
		args = []string{"sh", "-c", fill(c.Run[0])}
	} else {
		for _, arg := range c.Run {
			args = append(args, fill(arg))
		}
	}
	return args, failed
}

// safeArgument returns a value that is safe to pass to any command, or why it is not.
func safeArgument(what, value string) (string, error) {
	shown := Clean(value)
	switch {
	case value == "":
		return "", Problem{Message: "the server has no " + what}
	case value[0] == '-':
		return "", Problem{Message: fmt.Sprintf("the server's %s “%s” begins with -, which a command would read as "+
			"an option", what, shown)}
	}
	for _, r := range value {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._:@+-", r) {
			return "", Problem{Message: fmt.Sprintf("the server's %s “%s” contains %s: only letters, digits and . _ "+
				": @ + - are allowed", what, shown, describeRune(r))}
		}
	}
	return value, nil
}

// serverAddress returns the server's IP address, if it is valid.
func serverAddress(s Server) (string, error) {
	at, err := netip.ParseAddr(s.IP)
	if err != nil || at.Zone() != "" {
		return "", Problem{Message: Clean(s.Name) + " has no IP address"}
	}
	return at.String(), nil
}
