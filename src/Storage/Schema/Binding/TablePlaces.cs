namespace DxyOrleans.Storage.Schema.Binding;

/// <summary>A table of bars named in a statement.</summary>
/// <param name="Table">Which.</param>
/// <param name="At">The place of <c>public</c> among the tokens; the name stands two further.</param>
/// <param name="Alias">What its columns are called by.</param>
/// <param name="HasAlias">Whether the statement names the alias.</param>
/// <param name="End">The first token that is no longer its own: of one that is read the token after the alias, of one that is written the end of that statement.</param>
sealed record TablePlace(BoundTable Table, int At, string Alias, bool HasAlias, int End);

/// <summary>Where a statement reads and writes the tables of bars; those of a host that are as ours are passed over.</summary>
sealed class TablePlaces
{
    static readonly string[] AfterName = ["WHERE", "SET", "ON", "ORDER", "GROUP", "LIMIT", "UNION", "RETURNING", "SELECT", "JOIN", "LEFT", "RIGHT", "FULL", "CROSS", "INNER", "FOR", "USING", "HAVING", "VALUES", "TO", "FROM"];

    readonly List<TablePlace> _named = [];

    public TablePlaces(List<SqlToken> tokens, BoundTable data, BoundTable derived)
    {
        for (var at = 1; at + 2 < tokens.Count; at++)
        {
            if (!tokens[at].Is("public") || tokens[at + 1].Text != "." || (tokens[at + 2].Text == BoundTable.New ? data : tokens[at + 2].Text == BoundTable.Old ? derived : null) is not { } table)
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

            if ((before.Is("INTO") && earlier?.Is("INSERT") == true) || (before.Is("FROM") && earlier?.Is("DELETE") == true) || (before.Is("UPDATE") && earlier?.Is("FOR") != true))
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
            depth += tokens[at].Text switch { "(" or "[" => 1, ")" or "]" => -1, _ => 0 };
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
            depth += tokens[at].Text switch { "(" or "[" => 1, ")" or "]" => -1, _ => 0 };
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

    /// <summary>Which table's columns an alias calls at a place: what is read or written under it nearest before, else nearest after.</summary>
    public (BoundTable Table, bool IsTarget)? Of(string alias, int at)
    {
        foreach (var target in Targets)
        {
            if (target.Alias == alias && at > target.At && at < target.End)
            {
                return (target.Table, true);
            }
        }

        var read = _named.LastOrDefault(one => one.Alias == alias && one.At < at) ?? _named.FirstOrDefault(one => one.Alias == alias);
        return read is null || read.Table.IsOurs ? null : (read.Table, false);
    }

    static (string? Alias, int Next) Alias(List<SqlToken> tokens, int at) =>
        at + 1 < tokens.Count && tokens[at].Is("AS") ? (tokens[at + 1].Text, at + 2)
        : at < tokens.Count && tokens[at] is { IsWord: true } word && !AfterName.Contains(word.Text.ToUpperInvariant()) ? (word.Text, at + 1)
        : (null, at);
}
