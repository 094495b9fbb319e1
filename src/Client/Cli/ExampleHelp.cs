using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace DxyOrleans.Client.Cli;

/// <summary>The usual help, under the name people call the console by, and a call that works at its end.</summary>
internal sealed class ExampleHelp(HelpAction usual) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var writer = parseResult.InvocationConfiguration.Output;
        using var text = new StringWriter();
        parseResult.InvocationConfiguration.Output = text;
        usual.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = writer;
        writer.Write(text.ToString().TrimEnd().Replace(RootCommand.ExecutableName, "./dxy", StringComparison.Ordinal));
        writer.WriteLine();
        if (parseResult.CommandResult.Command is Verb verb)
        {
            writer.WriteLine();
            writer.WriteLine("Example:");
            writer.WriteLine($"  {verb.Example}");
        }

        return ExitCode.Done;
    }
}
