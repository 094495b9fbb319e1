namespace DxyOrleans.Schema.Binding;

/// <summary>A table of bars named in a statement.</summary>
/// <param name="Table">Which.</param>
/// <param name="At">The place of <c>public</c> among the tokens; the name stands two further.</param>
/// <param name="Alias">What its columns are called by.</param>
/// <param name="HasAlias">Whether the statement names the alias.</param>
/// <param name="End">The first token that is no longer its own: of one that is read the token after the alias, of one that is written the
/// end of that statement.</param>
sealed record TablePlace(BoundTable Table, int At, string Alias, bool HasAlias, int End);

/// <summary>Where a statement reads and writes the tables of bars; those of a host that are as ours are passed over.</summary>
sealed class TablePlaces
{
    static readonly string[] AfterName =
    [
        "WHERE",
        "SET",
        "ON",
        "ORDER",
        "GROUP",
        "LIMIT",
        "UNION",
        "RETURNING",
        "SELECT",
        "JOIN",
        "LEFT",
        "RIGHT",
        "FULL",
        "CROSS",
        "INNER",
        "FOR",
        "USING",
        "HAVING",
        "VALUES",
        "TO",
        "FROM",
    ];

    readonly List<TablePlace> _named = [];
    readonly List<SqlToken> _tokens;

    // Of each token the bracket that it stands in, -1 for none.
    readonly int[] _bracket;

    public TablePlaces(List<SqlToken> tokens, BoundTable data, BoundTable derived)
    {
        (_tokens, _bracket) = (tokens, Brackets(tokens));
        for (var at = 1; at + 2 < tokens.Count; at++)
        {
            if (
                !tokens[at].Is("public")
                || tokens[at + 1].Text != "."
                || (
                    tokens[at + 2].Text == BoundTable.New ? data
                    : tokens[at + 2].Text == BoundTable.Old ? derived
                    : null
                )
                    is not { } table
            )
            {
                continue;
            }

            var (alias, next) = Alias(tokens, at + 3);
            var before = tokens[at - 1];
            var earlier = at > 1 ? tokens[at - 2] : null;
            var place = new TablePlace(table, at, alias ?? table.Name, alias is not null, next);
            _named.Add(place);
            if (table.IsOurs)
            {
                continue;
            }

            if (
                (before.Is("INTO") && earlier?.Is("INSERT") == true)
                || (before.Is("FROM") && earlier?.Is("DELETE") == true)
                || (before.Is("UPDATE") && earlier?.Is("FOR") != true)
            )
            {
                Targets.Add(place with { End = EndOf(tokens, next) });
            }
            else if (before.Is("FROM") || before.Is("JOIN") || before.Is("USING") || before.Text == ",")
            {
                Reads.Add(place);
            }
        }
    }

    public List<TablePlace> Reads { get; } = [];

    public List<TablePlace> Targets { get; } = [];

    /// <summary>The end of what begins at a place: a bracket that was open before it, a semicolon, the text's end.</summary>
    public static int EndOf(List<SqlToken> tokens, int at)
    {
        for (var depth = 0; at < tokens.Count; at++)
        {
            depth += tokens[at].Text switch
            {
                "(" or "[" => 1,
                ")" or "]" => -1,
                _ => 0,
            };
            if (depth < 0 || (depth == 0 && tokens[at].Text is ";" or "$$"))
            {
                break;
            }
        }

        return at;
    }

    /// <summary>The first of some words from a place on that stands in no bracket opened after it.</summary>
    public static int Find(List<SqlToken> tokens, int from, int end, params ReadOnlySpan<string> words)
    {
        for (var (at, depth) = (from, 0); at < end; at++)
        {
            depth += tokens[at].Text switch
            {
                "(" or "[" => 1,
                ")" or "]" => -1,
                _ => 0,
            };
            foreach (var word in words)
            {
                if (depth == 0 && tokens[at].Is(word) && !(at > 0 && tokens[at - 1].Is("DISTINCT")))
                {
                    return at;
                }
            }
        }

        return end;
    }

    /// <summary>Which table's columns an alias calls at a place, as SQL has it: what bears it in the same SELECT, else in the one around
    /// it.</summary>
    public (BoundTable Table, bool IsTarget)? Of(string alias, int at)
    {
        foreach (var target in Targets)
        {
            if (target.Alias == alias && at > target.At && at < target.End)
            {
                return (target.Table, true);
            }
        }

        while (true)
        {
            var bracket = _bracket[at];
            if (Named(alias, at, bracket) is var named and > 0)
            {
                return _named.Find(one => one.At + 3 == named) is { Table.IsOurs: false } place ? (place.Table, false) : null;
            }

            if (bracket < 0)
            {
                return null;
            }

            at = bracket;
        }
    }

    // The AS before an alias in the SELECT that a place belongs to; 0 when that has none of the name.
    int Named(string alias, int at, int bracket)
    {
        var from = at;
        while (from > 0 && from - 1 > bracket && !IsBorder(from - 1, bracket))
        {
            from--;
        }

        for (; from < _tokens.Count && !(from > at && (IsBorder(from, bracket) || _bracket[from] < bracket)); from++)
        {
            if (
                _bracket[from] == bracket
                && from > 0
                && _tokens[from].Is("AS")
                && from + 1 < _tokens.Count
                && _tokens[from + 1].Text == alias
            )
            {
                return from;
            }
        }

        return 0;
    }

    bool IsBorder(int at, int bracket) =>
        _bracket[at] == bracket
        && (_tokens[at].Is("UNION") || _tokens[at].Is("EXCEPT") || _tokens[at].Is("INTERSECT") || _tokens[at].Text is ";" or "$$");

    static int[] Brackets(List<SqlToken> tokens)
    {
        var brackets = new int[tokens.Count];
        var open = new Stack<int>();
        for (var at = 0; at < brackets.Length; at++)
        {
            if (tokens[at].Text is ")" or "]" && open.Count > 0)
            {
                open.Pop();
            }

            brackets[at] = open.Count > 0 ? open.Peek() : -1;
            if (tokens[at].Text is "(" or "[")
            {
                open.Push(at);
            }
        }

        return brackets;
    }

    static (string? Alias, int Next) Alias(List<SqlToken> tokens, int at) =>
        at + 1 < tokens.Count && tokens[at].Is("AS") ? (tokens[at + 1].Text, at + 2)
        : at < tokens.Count && tokens[at] is { IsWord: true } word && !AfterName.Contains(word.Text.ToUpperInvariant())
            ? (word.Text, at + 1)
        : (null, at);
}
