namespace DxyOrleans.Schema.Binding;

/// <summary>What is written goes to the columns that the host has, in its types; what the statement says of the row it writes is read in
/// ours.</summary>
static class BoundWrites
{
    public static void Rewrite(List<SqlToken> tokens, TablePlace target)
    {
        if (tokens[target.At - 1].Is("INTO"))
        {
            Insert(tokens, target);
            return;
        }

        if (tokens[target.At - 1].Is("UPDATE"))
        {
            Assignments(tokens, target, TablePlaces.Find(tokens, target.At + 3, target.End, "SET") + 1, target.End);
        }

        References(tokens, target, target.At + 3, target.Alias);
    }

    static void Insert(List<SqlToken> tokens, TablePlace target)
    {
        var open = TablePlaces.Find(tokens, target.At + 3, target.End, "(");
        for (var at = target.At + 3; at < target.End && open == target.End; at++)
        {
            open = tokens[at].Text == "(" ? at : open;
        }

        if (open == target.End)
        {
            return;
        }

        var close = TablePlaces.EndOf(tokens, open + 1);
        List<string> given = [.. tokens[(open + 1)..close].Where(token => token.IsWord).Select(token => token.Text)];
        List<BoundColumn> written = [.. given.Select(target.Table.Column).OfType<BoundColumn>().Where(column => column.IsWritten)];
        for (var at = open + 1; at < close; at++)
        {
            tokens[at].Instead = "";
        }

        tokens[open].After = string.Join(", ", written.Select(column => column.Name));
        var query = close + 1;
        var end = Conflict(tokens, query, target.End);
        tokens[query].Before =
            $"SELECT {string.Join(", ", written.Select(column => column.Write($"bound.{column.Name}")))} FROM (" + tokens[query].Before;
        tokens[end - 1].After += $") AS bound({string.Join(", ", given)})";
        var set = TablePlaces.Find(tokens, end, target.End, "SET");
        if (set < target.End)
        {
            Assignments(tokens, target, set + 1, target.End);
        }

        References(tokens, target, end, target.Alias);
        References(tokens, target, end, "excluded");
    }

    // Where the rows end: what follows is about those that are there already, or about what is given back.
    static int Conflict(List<SqlToken> tokens, int from, int end)
    {
        var returning = TablePlaces.Find(tokens, from, end, "RETURNING");
        for (var at = from; (at = TablePlaces.Find(tokens, at, returning, "ON")) < returning; at++)
        {
            if (tokens[at + 1].Is("CONFLICT"))
            {
                return at;
            }
        }

        return returning;
    }

    static void Assignments(List<SqlToken> tokens, TablePlace target, int from, int limit)
    {
        var end = TablePlaces.Find(tokens, from, limit, "FROM", "WHERE", "RETURNING");
        var isFirst = true;
        while (from < end)
        {
            var next = TablePlaces.Find(tokens, from, end, ",");
            if (target.Table.Column(tokens[from].Text) is { } column)
            {
                if (column.IsWritten)
                {
                    var (before, after) = Around(column);
                    tokens[from + 2].Before = before + tokens[from + 2].Before;
                    tokens[next - 1].After += after;
                    isFirst = false;
                }
                else
                {
                    Drop(tokens, from, next, isFirst ? next : from - 1, end);
                }
            }
            else
            {
                isFirst = false;
            }

            from = next + 1;
        }
    }

    static (string Before, string After) Around(BoundColumn column)
    {
        var parts = column.Write("\0").Split('\0');
        return (parts[0], parts[1]);
    }

    static void Drop(List<SqlToken> tokens, int from, int next, int comma, int end)
    {
        for (var at = from; at < next; at++)
        {
            tokens[at].IsDropped = true;
        }

        if (comma < end)
        {
            tokens[comma].IsDropped = true;
        }
    }

    // Of the row that is written or is in the way, in our types; given back under its name. Where an index looks for it, see BoundKeys.
    static void References(List<SqlToken> tokens, TablePlace target, int from, string alias)
    {
        var returning = TablePlaces.Find(tokens, from, target.End, "RETURNING");
        for (var at = from; at + 2 < target.End; at++)
        {
            if (
                tokens[at].Text == alias
                && tokens[at - 1].Text != "."
                && tokens[at + 1].Text == "."
                && target.Table.Column(tokens[at + 2].Text) is { } column
                && tokens[at].Instead is null
            )
            {
                tokens[at].Instead = column.Read($"{alias}.{column.Name}");
                tokens[at + 1].Instead = tokens[at + 2].Instead = "";
                var isGiven =
                    at > returning
                    && (at == returning + 1 || tokens[at - 1].Text == ",")
                    && (at + 3 == target.End || tokens[at + 3].Text == ",");
                tokens[at + 2].After += isGiven ? $" AS {column.Name}" : "";
            }
        }
    }
}
