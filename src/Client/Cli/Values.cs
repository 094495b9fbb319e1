using System.CommandLine;
using System.CommandLine.Parsing;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Client.Cli;

/// <summary>Arguments and options of our types; a value that is none ends the call as a usage error before anything runs.</summary>
internal static class Values
{
    public static Argument<Symbol> Symbol(string description) =>
        new("SYMBOL") { Description = description, CustomParser = result => One(result, ParseSymbol) };

    public static Argument<Timeframe> Timeframe() =>
        new("TIMEFRAME")
        {
            Description = "1m, 5m, 15m, 30m, 1h, 4h or 1d.",
            CustomParser = result => One(result, Core.Time.Timeframe.Parse),
        };

    public static Argument<UtcTime> Time(string name, string description) =>
        new(name) { Description = description, CustomParser = result => One(result, ParseTime) };

    public static Option<UtcTime?> TimeOption(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "TIME",
            CustomParser = result => One<UtcTime?>(result, text => ParseTime(text)),
        };

    public static Option<UtcTime?> From() => TimeOption("--from", "First bar, by its open, like 2019-10-01T00:00:00Z.");

    public static Option<UtcTime?> To() => TimeOption("--to", "The end, not included.");

    public static Option<Timeframe?> TimeframeOption(string description) =>
        new("--timeframe")
        {
            Description = description,
            HelpName = "TF",
            CustomParser = result => One<Timeframe?>(result, text => Core.Time.Timeframe.Parse(text)),
        };

    /// <summary>Any number of symbols, each in an option of its own or parted by commas.</summary>
    public static Option<Symbol[]> SymbolsOption(string description) =>
        new("--symbol")
        {
            Description = description,
            HelpName = "S",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            CustomParser = result =>
                [
                    .. result
                        .Tokens.SelectMany(token =>
                            token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                        )
                        .Select(text => Checked(result, text, ParseSymbol)),
                ],
        };

    public static Option<Symbol?> SymbolOption(string description) =>
        new("--symbol")
        {
            Description = description,
            HelpName = "S",
            CustomParser = result => One<Symbol?>(result, text => ParseSymbol(text)),
        };

    public static Option<TimeSpan?> Duration(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "DURATION",
            CustomParser = result =>
                One<TimeSpan?>(result, text =>
                    Durations.TryParse(text, out var span)
                        ? span
                        : throw new FormatException($"'{text}' is not a duration; write it like 60s, 5m or 1h30m.")
                ),
        };

    /// <summary>Both ends of a range that has to be given.</summary>
    public static TimeRange Range(ParseResult parse, Option<UtcTime?> from, Option<UtcTime?> to)
    {
        if (parse.GetValue(from) is not { } first || parse.GetValue(to) is not { } end)
        {
            throw Fault
                .Usage("--from and --to are needed", "write them like --from 2019-10-01T00:00:00Z --to 2019-10-02T00:00:00Z")
                .ToException();
        }

        return Range(first, end);
    }

    public static TimeRange Range(UtcTime from, UtcTime to) =>
        from < to
            ? new TimeRange(from, to)
            : throw Fault
                .Usage($"the range [{from}, {to}) holds nothing", "--to is not included and has to lie after --from")
                .ToException();

    static Symbol ParseSymbol(string text) => Core.Bars.Symbol.Parse(text);

    static UtcTime ParseTime(string text) =>
        UtcTime.TryParse(text, out var time) ? time
        : UtcTime.TryParse(text + "Z", out _) ? throw new FormatException($"'{text}' has no zone; write {text}Z for UTC.")
        : throw new FormatException($"'{text}' is not an ISO-8601 time with a zone; write it like 2019-10-01T00:00:00Z.");

    static T? One<T>(ArgumentResult result, Func<string, T> parse) =>
        Checked(result, result.Tokens.Count == 1 ? result.Tokens[0].Value : "", parse);

    static T? Checked<T>(ArgumentResult result, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException wrong)
        {
            result.AddError(wrong.Message.TrimEnd('.'));
            return default;
        }
    }
}

/// <summary>Options of few values.</summary>
internal static class OptionValues
{
    public static Option<string> Only(this Option<string> option, params string[] values)
    {
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
