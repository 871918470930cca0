package model

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// SSHRule says how one gets to which servers over SSH.
type SSHRule struct {
	Server  string   // a glob for the server's name; empty: every server
	User    string   // empty: ssh decides
	Port    int      // 0: ssh decides
	Command []string // the program and its first arguments; empty: ssh
}

// SSHRules are rules in their order: the first that fits a server holds, and plain ssh where none does.
type SSHRules []SSHRule

// For is the rule that holds for the server.
func (r SSHRules) For(s Server) SSHRule {
	for _, rule := range r {
		if rule.Server == "" || MatchGlob(rule.Server, s.Name) {
			return rule
		}
	}
	return SSHRule{}
}

// Args is the command that leads to the server: to its address, else to its host name. Neither can become an option.
func (r SSHRules) Args(s Server) ([]string, error) {
	rule := r.For(s)
	host, err := serverAddress(s)
	if err != nil {
		if host, err = safeArgument("host name", s.Hostname); err != nil {
			return nil, Problem{Message: fmt.Sprintf("%s has no address that ssh can be given", Clean(s.Name))}
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

// URL is the same way as an address that a terminal can follow, ssh://root@203.0.113.10:2222; empty where there is none.
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

// userPattern is what a user may be called here: no option, and nothing that parts it from the host.
var userPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)

// Check tells what is wrong in the rules: the first problem of each.
func (r SSHRules) Check() []Problem {
	var problems []Problem
	for i, rule := range r {
		why := ""
		switch {
		case rule.User != "" && !userPattern.MatchString(rule.User):
			why = fmt.Sprintf("user cannot be %q: letters, digits and . _ - are allowed, and no - at its beginning", rule.User)
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

// CustomCommand is a command of the user's own, for the server under the cursor.
type CustomCommand struct {
	Key       string
	Name      string
	Run       []string // the program and its arguments, in which {id}, {name} and {ip} stand for the server's; with Shell one line
	Shell     bool     // Run is one line for sh, in which the values come quoted
	Confirm   bool     // it is asked first
	Dangerous bool     // it changes something: it is asked first with the server's name typed, and read-only mode has none of it
}

// placeholderPattern are the words in braces, and blankNames those that stand for something.
var (
	placeholderPattern  = regexp.MustCompile(`\{[a-z]+\}`)
	commandPlaceholders = []string{"{id}", "{name}", "{ip}"}
)

// Check tells what is wrong with the command as it is written, or "".
func (c CustomCommand) Check() string {
	switch {
	case strings.TrimSpace(c.Name) == "" || Clean(c.Name) != c.Name:
		return "name must be a text of visible characters"
	case c.Key == "":
		return `key is missing: write one, such as "f5"`
	case len(c.Run) == 0 || strings.TrimSpace(c.Run[0]) == "":
		return `run is empty: write the program and its arguments, such as ["ping", "-c", "3", "{ip}"]`
	case c.Shell && len(c.Run) != 1:
		return `with shell = true run must be one text in a list, such as ["ping -c 3 {ip} | tail -1"]`
	case !c.Shell && strings.ContainsAny(c.Run[0], "{}"):
		return "run must begin with the name of a program: it cannot come from the server"
	}
	for _, arg := range c.Run {
		for _, at := range placeholderPattern.FindAllStringIndex(arg, -1) {
			variable := c.Shell && at[0] > 0 && arg[at[0]-1] == '$'
			if blank := arg[at[0]:at[1]]; !variable && !slices.Contains(commandPlaceholders, blank) {
				return fmt.Sprintf("%s in run stands for nothing: there are %s", blank, strings.Join(commandPlaceholders, ", "))
			}
		}
	}
	if c.Shell {
		return checkShellLine(c.Run[0])
	}
	return ""
}

// checkShellLine tells why values cannot be set into a line for a shell: they come as quoted words, and what is quoted once more, or
// read by the shell as something else than a word, would not be.
func checkShellLine(line string) string {
	if strings.ContainsAny(line, "\n\r") || strings.Contains(line, "<<") {
		return "with shell = true run must be one line without <<"
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
				return fmt.Sprintf("%s stands in quotes: leave them out, it comes quoted", place)
			}
		}
	}
	return ""
}

// Args is the command for a server. What the server is called can neither become an option nor more than one word, of this
// shell or of one behind it (ssh hands a command to another): a value with anything but letters, digits and . _ : @ + - in it,
// or with a - at its beginning, is refused.
func (c CustomCommand) Args(s Server) ([]string, error) {
	values := map[string]func() (string, error){
		"{id}":   func() (string, error) { return safeArgument("ID", string(s.ID)) },
		"{name}": func() (string, error) { return safeArgument("name", s.Name) },
		"{ip}":   func() (string, error) { return serverAddress(s) },
	}
	var failed error
	fill := func(arg string) string {
		return placeholderPattern.ReplaceAllStringFunc(arg, func(place string) string {
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

// safeArgument is a value that can be given to any command, or why it cannot.
func safeArgument(what, value string) (string, error) {
	shown := Clean(value)
	switch {
	case value == "":
		return "", Problem{Message: "the server has no " + what}
	case value[0] == '-':
		return "", Problem{Message: fmt.Sprintf("the server's %s “%s” begins with -, so a command would take it for an option", what, shown)}
	}
	for _, r := range value {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._:@+-", r) {
			return "", Problem{Message: fmt.Sprintf("the server's %s “%s” has %s in it: a command is only given letters, digits and . _ : @ + -", what, shown, describeRune(r))}
		}
	}
	return value, nil
}

// serverAddress is the server's IP address, if it is one.
func serverAddress(s Server) (string, error) {
	at, err := netip.ParseAddr(s.IP)
	if err != nil || at.Zone() != "" {
		return "", Problem{Message: Clean(s.Name) + " has no IP address"}
	}
	return at.String(), nil
}
