using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace DxyOrleans.Web.Api;

/// <summary>What the description (<c>/openapi/v1.json</c>) says beyond what the endpoints say of themselves.</summary>
static class ApiDescription
{
    public static void Describe(OpenApiOptions options)
    {
        options.AddDocumentTransformer(
            (document, _, _) =>
            {
                document.Info = new OpenApiInfo
                {
                    Title = "DxyOrleans",
                    Version = "v1",
                    Description = "Stored bars of currency pairs and of the indexes derived of them. Ranges are [from, to); times are UTC.",
                };
                // Whoever serves it knows his address; the document says the same at each.
                document.Servers = [];
                document.Tags = null;
                return Task.CompletedTask;
            }
        );
        options.AddOperationTransformer(
            (operation, _, _) =>
            {
                foreach (var parameter in operation.Parameters ?? [])
                {
                    Parameter(parameter);
                }

                return Task.CompletedTask;
            }
        );
    }

    // They are read by hand, so that what is wrong is told with what could be; their types are these.
    static void Parameter(IOpenApiParameter parameter)
    {
        if (parameter is not OpenApiParameter { Schema: OpenApiSchema schema })
        {
            return;
        }

        switch (parameter.Name)
        {
            case "from" or "to" or "as_of" or "time":
                (schema.Type, schema.Format) = (JsonSchemaType.String, "date-time");
                break;
            case "limit":
                (schema.Type, schema.Minimum, schema.Maximum) = (JsonSchemaType.Integer, "1", "50000");
                break;
            default:
                break;
        }
    }
}
