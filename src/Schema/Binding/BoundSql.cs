using System.Collections.Concurrent;

namespace DxyOrleans.Schema.Binding;

/// <summary>
/// Brings statements that are written for our tables to a host's. What is read of a table becomes a subselect that gives our columns in our
/// types; what is written goes to the columns that are there, in theirs; comparisons by which an index finds rows are made in the host's
/// types, so that its indexes serve. It knows the forms in which the statements of <c>sql/</c> are written, and no more of SQL; a test
/// renders and prepares every one of them.
/// </summary>
sealed class BoundSql(BoundTable data, BoundTable derived)
{
    // Statements are few and always the same; those that bear a value of their own must not gather here.
    const int MaxKept = 2000;

    readonly ConcurrentDictionary<string, string> _rendered = new(StringComparer.Ordinal);

    public string Render(string sql)
    {
        if (_rendered.Count > MaxKept)
        {
            _rendered.Clear();
        }

        return _rendered.GetOrAdd(sql, Rendered);
    }

    string Rendered(string text) =>
        CaptureFunctions.Applies(text) ? CaptureFunctions.Render(text, data, derived, Statement) : Statement(text, null);

    string Statement(string sql, BoundTable? transitions)
    {
        var (tokens, rest) = SqlToken.Read(sql);
        var places = new TablePlaces(tokens, data, derived);
        BoundReads.Rewrite(tokens, places, transitions);
        foreach (var target in places.Targets)
        {
            BoundWrites.Rewrite(tokens, target);
        }

        BoundKeys.Rewrite(tokens, places);
        return string.Concat(tokens) + rest;
    }
}
