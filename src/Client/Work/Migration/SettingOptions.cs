using System.CommandLine;
using System.Text.Json.Nodes;
using DxyOrleans.Core.Migration;

namespace DxyOrleans.Client.Work.Migration;

/// <summary>A run's settings as options of a call: one for each number, one for each choice.</summary>
internal sealed class SettingOptions
{
    readonly List<(Option<string?> Option, string Json)> _words = [];
    readonly List<(Option<string?> Option, RunNumber Number)> _numbers = [];

    readonly Option<bool> _another = new("--approver-is-not-starter") { Description = "Approvals by the role that starts the run don't count; it can't be taken back." };

    public SettingOptions(Command command)
    {
        command.Options.Add(_another);
        Word("--legacy", "legacy_writers", "The old writers: stopped by you, or mirrored in their own transaction.", "stopped", "mirrored");
        Word("--on-different", "different", "Bars that stand in both tables with other values.", "stop", "keep-target", "take-source");
        Word("--on-foreign", "foreign", "Differing bars that another source wrote into the new table.", "stop", "keep-target", "take-source");
        Word("--on-partial", "partial", "Bars of the old table marked partial that the components can't complete.", "stop", "keep-target", "take-source");
        foreach (var number in RunNumber.All)
        {
            var option = new Option<string?>($"--{number.Name}")
            {
                Description = FormattableString.Invariant($"{number.Help} ({number.Read(new RunSettings())})."), HelpName = "N",
            };
            option.Validators.Add(result =>
            {
                try
                {
                    number.Parse(result.Tokens.Count == 1 ? result.Tokens[0].Value : "");
                }
                catch (FormatException wrong)
                {
                    result.AddError(wrong.Message.TrimEnd('.'));
                }
            });
            command.Options.Add(option);
            _numbers.Add((option, number));
        }

        void Word(string name, string json, string description, params string[] values)
        {
            var option = new Option<string?>(name) { Description = description };
            option.AcceptOnlyFromAmong(values);
            command.Options.Add(option);
            _words.Add((option, json));
        }
    }

    /// <summary>What was said, and for the rest what a run has by itself.</summary>
    public RunSettings Read(ParseResult parse)
    {
        var said = JsonNode.Parse(new RunSettings().ToJson())!.AsObject();
        foreach (var (option, json) in _words)
        {
            if (parse.GetValue(option) is { } value)
            {
                said[json] = value.Replace('-', '_');
            }
        }

        foreach (var (option, number) in _numbers)
        {
            if (parse.GetValue(option) is { } value)
            {
                said[number.Json] = JsonNode.Parse(number.Parse(value));
            }
        }

        said["approver_is_not_starter"] = parse.GetValue(_another);
        return RunSettings.Parse(said.ToJsonString());
    }
}
