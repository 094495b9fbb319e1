using System.Text.RegularExpressions;

namespace DxyOrleans.Migration.Rules;

/// <summary>A CHECK constraint on a column of sources, by the text PostgreSQL gives of its expression.</summary>
public static partial class SourceCheck
{
    /// <summary>What a check that only lists values lets in; null when it is of another shape.</summary>
    public static IReadOnlyList<string>? Values(string expression)
    {
        var list = List().Match(expression);
        return list.Success
            ?
            [
                .. Literal()
                    .Matches(list.Groups["values"].Value)
                    .Select(match => match.Groups[1].Value.Replace("''", "'", StringComparison.Ordinal)),
            ]
            : null;
    }

    /// <summary>The same check, which lets one source more in. What it says beside stays as it is.</summary>
    public static string Widen(string expression, string source)
    {
        var literal = $"'{source.Replace("'", "''", StringComparison.Ordinal)}'";
        return Values(expression) is { } values
            ? $"source IN ({string.Join(", ", values.Select(value => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'").Append(literal))})"
            : $"({expression}) OR source = {literal}";
    }

    // (source = ANY (ARRAY['a'::text, 'b'::text])), and with a varchar column ((source)::text = ANY ((ARRAY['a'::character varying,
    // …])::text[])).
    [GeneratedRegex(
        @"^\(+source(?:\)::text)? = ANY \(\(?ARRAY\[(?<values>'(?:[^']|'')*'::(?:text|character varying)(?:, "
            + @"'(?:[^']|'')*'::(?:text|character varying))*)\](?:\)::text\[\])?\)\)$"
    )]
    private static partial Regex List();

    [GeneratedRegex(@"'((?:[^']|'')*)'::")]
    private static partial Regex Literal();
}
