using System.CommandLine;
using System.Text.Json.Nodes;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary>A run's settings as options of a call: one for each number, one for each choice.</summary>
internal sealed class SettingOptions
{
    readonly List<(Option<string?> Option, string Json)> _words = [];
    readonly List<(Option<string?> Option, RunNumber Number)> _numbers = [];

    readonly Option<bool> _another = new("--approver-is-not-starter")
    {
        Description = "Approvals by the role that starts the run don't count; it can't be taken back.",
    };

    readonly Option<string?> _cutOver = new("--cut-over")
    {
        Description = "When the readers are switched: ready (as soon as all is verified), approve, or a window HH:MM-HH:MM, UTC (ready).",
        HelpName = "WHEN",
    };

    /// <summary>What may be said of the time of the switch.</summary>
    public const string CutOverHint = "--cut-over is ready, approve, or a window of UTC times such as 21:30-22:45";

    public SettingOptions(Command command)
    {
        command.Options.Add(_another);
        Word("--legacy", "legacy_writers", "The old writers: stopped by you, or mirrored in their own transaction.", "stopped", "mirrored");
        Word("--on-different", "different", "Bars that stand in both tables with other values.", "stop", "keep-target", "take-source");
        Word(
            "--on-foreign",
            "foreign",
            "Differing bars that another source wrote into the new table.",
            "stop",
            "keep-target",
            "take-source"
        );
        Word(
            "--on-partial",
            "partial",
            "Bars of the old table marked partial that the components can't complete.",
            "stop",
            "keep-target",
            "take-source"
        );
        Word(
            "--on-alone",
            "alone",
            "Bars that stand in the new table alone and that we didn't derive.",
            "stop",
            "keep-target",
            "take-source"
        );
        _cutOver.Validators.Add(result =>
        {
            if (result.Tokens.Count != 1 || !CutOverRule.IsKnown(result.Tokens[0].Value))
            {
                result.AddError(CutOverHint);
            }
        });
        command.Options.Add(_cutOver);
        foreach (var number in RunNumber.All)
        {
            var option = new Option<string?>($"--{number.Name}")
            {
                Description = FormattableString.Invariant($"{number.Help} ({number.Read(new RunSettings())})."),
                HelpName = "N",
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

        if (parse.GetValue(_cutOver) is { } cutOver)
        {
            said["cut_over"] = cutOver;
        }

        said["approver_is_not_starter"] = parse.GetValue(_another);
        return RunSettings.Parse(said.ToJsonString());
    }
}
