// Apache Iceberg's own REST catalog, as its compatibility tests run it, made fit for a local stack: several warehouses
// by name, on 127.0.0.1 alone, and closed to who does not show the token of the one credential.
//
// Iceberg's server answers everything here but the token and the configuration: see RESTCatalogAdapter.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Files;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.RESTCatalogAdapter;
import org.apache.iceberg.rest.RESTCatalogServlet;
import org.apache.iceberg.rest.responses.ConfigResponse;
import org.apache.iceberg.rest.responses.ConfigResponseParser;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;

public final class RestCatalog extends HttpServlet {
  static final String TOKENS = "/v1/oauth/tokens";
  static final List<Endpoint> ENDPOINTS = List.of(
      Endpoint.V1_LIST_NAMESPACES, Endpoint.V1_LOAD_NAMESPACE, Endpoint.V1_NAMESPACE_EXISTS,
      Endpoint.V1_CREATE_NAMESPACE, Endpoint.V1_UPDATE_NAMESPACE, Endpoint.V1_DELETE_NAMESPACE,
      Endpoint.V1_LIST_TABLES, Endpoint.V1_LOAD_TABLE, Endpoint.V1_TABLE_EXISTS, Endpoint.V1_CREATE_TABLE,
      Endpoint.V1_UPDATE_TABLE, Endpoint.V1_DELETE_TABLE, Endpoint.V1_RENAME_TABLE, Endpoint.V1_REGISTER_TABLE,
      Endpoint.V1_LIST_VIEWS, Endpoint.V1_LOAD_VIEW, Endpoint.V1_VIEW_EXISTS, Endpoint.V1_CREATE_VIEW,
      Endpoint.V1_UPDATE_VIEW, Endpoint.V1_DELETE_VIEW, Endpoint.V1_RENAME_VIEW);

  private final Map<String, HttpServlet> warehouses = new HashMap<>();
  private final String credential;
  private final String token;

  private RestCatalog(JsonNode config) throws GeneralSecurityException {
    credential = config.get("credential").asText();
    // the same after a restart, for clients that keep theirs
    token = HexFormat.of().formatHex(
        MessageDigest.getInstance("SHA-256").digest(("token " + credential).getBytes(StandardCharsets.UTF_8)));
    config.get("warehouses").fields().forEachRemaining(warehouse -> {
      Map<String, String> properties = new HashMap<>();
      warehouse.getValue().fields().forEachRemaining(one -> properties.put(one.getKey(), one.getValue().asText()));
      var catalog = CatalogUtil.buildIcebergCatalog(warehouse.getKey(), properties, null);
      warehouses.put(warehouse.getKey(), new RESTCatalogServlet(new RESTCatalogAdapter(catalog)));
    });
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    response.setContentType("application/json");
    String path = request.getRequestURI();
    if (path.equals(TOKENS)) {
      giveToken(request, response);
    } else if (!("Bearer " + token).equals(request.getHeader("Authorization"))) {
      fail(response, 401, "NotAuthorizedException", "no valid token");
    } else if (path.equals("/v1/config")) {
      giveConfig(request.getParameter("warehouse"), response);
    } else {
      String[] parts = path.split("/", 4);
      HttpServlet warehouse = parts.length == 4 ? warehouses.get(parts[2]) : null;
      if (warehouse == null) {
        fail(response, 404, "NotFoundException", "no such path");
        return;
      }
      HttpServletRequest within = new HttpServletRequestWrapper(request) {
        @Override
        public String getRequestURI() {
          return "/v1/" + parts[3];
        }
      };
      warehouse.service(within, response);
    }
  }

  private void giveToken(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String shown = request.getParameter("client_id") + ":" + request.getParameter("client_secret");
    if (!"client_credentials".equals(request.getParameter("grant_type")) || !shown.equals(credential)) {
      response.setStatus(401);
      response.getWriter().write("{\"error\": \"invalid_client\", \"error_description\": \"not this credential\"}");
      return;
    }
    response.getWriter().write("{\"access_token\": \"" + token + "\", \"token_type\": \"bearer\"}");
  }

  private void giveConfig(String warehouse, HttpServletResponse response) throws IOException {
    if (!warehouses.containsKey(warehouse)) {
      fail(response, 404, "NotFoundException", "there is no warehouse of that name");
      return;
    }
    ConfigResponse config =
        ConfigResponse.builder().withOverride("prefix", warehouse).withEndpoints(ENDPOINTS).build();
    response.getWriter().write(ConfigResponseParser.toJson(config));
  }

  private static void fail(HttpServletResponse response, int code, String type, String message) throws IOException {
    response.setStatus(code);
    response.getWriter().write(
        "{\"error\": {\"message\": \"" + message + "\", \"type\": \"" + type + "\", \"code\": " + code + "}}");
  }

  public static void main(String[] arguments) throws Exception {
    JsonNode config = new ObjectMapper().readTree(System.getenv("REST_CATALOG"));
    Server server = new Server(new InetSocketAddress("127.0.0.1", config.get("port").asInt()));
    ServletContextHandler context = new ServletContextHandler(ServletContextHandler.NO_SESSIONS);
    context.addServlet(new ServletHolder(new RestCatalog(config)), "/*");
    server.setHandler(context);
    server.start();
    server.join();
  }

  /** Files of this machine by `file:` URIs; Hadoop's, which Iceberg would take, do not work on the JDK of the stack. */
  public static final class LocalFiles implements FileIO {
    private static File file(String uri) {
      return uri.startsWith("file:") ? new File(URI.create(uri).getPath()) : new File(uri);
    }

    @Override
    public InputFile newInputFile(String uri) {
      InputFile file = Files.localInput(file(uri));
      return new InputFile() {
        @Override
        public long getLength() {
          return file.getLength();
        }

        @Override
        public SeekableInputStream newStream() {
          return file.newStream();
        }

        @Override
        public String location() {
          return uri;
        }

        @Override
        public boolean exists() {
          return file.exists();
        }
      };
    }

    @Override
    public OutputFile newOutputFile(String uri) {
      OutputFile file = Files.localOutput(file(uri));
      return new OutputFile() {
        @Override
        public PositionOutputStream create() {
          return file.create();
        }

        @Override
        public PositionOutputStream createOrOverwrite() {
          return file.createOrOverwrite();
        }

        @Override
        public String location() {
          return uri;
        }

        @Override
        public InputFile toInputFile() {
          return newInputFile(uri);
        }
      };
    }

    @Override
    public void deleteFile(String uri) {
      if (!file(uri).delete()) {
        throw new IllegalStateException("not deleted: " + uri);
      }
    }
  }
}
