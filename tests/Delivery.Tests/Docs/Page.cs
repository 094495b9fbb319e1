namespace DxyOrleans.Delivery.Tests.Docs;

/// <summary>A fenced block of a page.</summary>
/// <param name="Kind">What stands behind the fence, like <c>sh</c>.</param>
/// <param name="Lines">Its lines.</param>
public sealed record Block(string Kind, IReadOnlyList<string> Lines)
{
    /// <summary>The blocks of a page of the checkout, in order.</summary>
    public static IReadOnlyList<Block> Of(string page)
    {
        var blocks = new List<Block>();
        List<string>? open = null;
        var kind = "";
        foreach (var line in File.ReadLines(Checkout.At(page)))
        {
            if (!line.StartsWith("```", StringComparison.Ordinal))
            {
                open?.Add(line);
            }
            else if (open is null)
            {
                (open, kind) = ([], line[3..]);
            }
            else
            {
                blocks.Add(new Block(kind, open));
                open = null;
            }
        }

        return open is null ? blocks : throw new FormatException($"{page}: the last fence is open");
    }
}
