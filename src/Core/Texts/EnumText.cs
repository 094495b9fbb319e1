using System.Text;

namespace DxyOrleans.Core.Texts;

/// <summary>
/// The one spelling of an enum's values, for columns, JSON and people: lower case, its words parted by <c>_</c>, as <c>rolled_back</c>.
/// A verdict is written in capitals. Either is read again, and so is a value written together.
/// </summary>
public static class EnumText
{
    /// <summary>The value as it is stored and sent: <c>rolled_back</c>.</summary>
    public static string Text<T>(this T value)
        where T : struct, Enum => Spelling<T>.Texts[value];

    /// <summary>The value as a verdict is written: <c>PASS</c>.</summary>
    public static string Capitals<T>(this T value)
        where T : struct, Enum => Spelling<T>.Texts[value].ToUpperInvariant();

    /// <summary>The value that a text names.</summary>
    /// <exception cref="FormatException">None has this name.</exception>
    public static T Parse<T>(string text)
        where T : struct, Enum =>
        Spelling<T>.Values.TryGetValue(Bare(text), out var value)
            ? value
            : throw new FormatException($"'{text}' is no {typeof(T).Name}; there are {string.Join(", ", Spelling<T>.Texts.Values)}.");

    static string Bare(string text) => text.Replace("_", "", StringComparison.Ordinal);

    static class Spelling<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Texts = Enum.GetValues<T>()
            .ToDictionary(value => value, value => Parted(value.ToString()));

        public static readonly Dictionary<string, T> Values = Enum.GetValues<T>()
            .ToDictionary(value => value.ToString(), StringComparer.OrdinalIgnoreCase);

        static string Parted(string name)
        {
            var text = new StringBuilder();
            foreach (var (at, letter) in name.Index())
            {
                if (at > 0 && char.IsUpper(letter))
                {
                    text.Append('_');
                }

                text.Append(char.ToLowerInvariant(letter));
            }

            return text.ToString();
        }
    }
}
